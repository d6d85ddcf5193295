import type { Decision, EvaluationRequest, PolicySet } from '../policy/types.js';

/** Who signed a request, after SigV4 and the key's owner were checked. */
export interface Caller {
  /** `*` for an unsigned request. */
  readonly arn: string;
  readonly account: string | undefined;
  /** AIDA…, AROA…:session, or the account id for root. */
  readonly userId: string | undefined;
  readonly sessionPolicies: readonly string[];
  /** A principal of another account that was only named: its own side allows everything. */
  readonly unlimited: boolean;
  /** Value of aws:PrincipalArn: the role (with its path) behind a session, else the same as `arn`. */
  readonly principalArn?: string;
  /** Unique id of the user or role (AIDA…, AROA…); undefined for root and anonymous. */
  readonly principalId?: string;
  readonly accessKeyId?: string;
  /** Epoch milliseconds at which temporary credentials were issued. */
  readonly tokenIssuedAt?: number;
  /** Value of s3:authType. */
  readonly authType?: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST';
  /** Value of s3:signatureversion, where it isn't Version 4's. */
  readonly signatureVersion?: 'AWS';
  /** Age of a presigned request in milliseconds (s3:signatureAge). */
  readonly signatureAge?: number;
}

/** A decoded HTTP request as the services see it. */
export interface WireRequest {
  readonly method: string;
  /** Decoded path without query. */
  readonly path: string;
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly host: string;
  /** Payload after aws-chunked decoding and checksum verification. */
  readonly body: Buffer;
  readonly caller: Caller;
  readonly region: string;
  readonly secure: boolean;
  readonly requestId: string;
  /** IP address of the client. */
  readonly sourceIp?: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** An error that goes out in the dialect of the service (Query/XML for IAM, STS and SNS; REST/XML for S3). */
export class WireError extends Error {
  readonly code: string;
  readonly status: number;
  readonly extra: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    status: number,
    message: string,
    extra: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'WireError';
    this.code = code;
    this.status = status;
    this.extra = extra;
    this.headers = headers;
  }
}

/** The one evaluator, injected: the sandbox decides nothing by itself. */
export type Decide = (policies: PolicySet, request: EvaluationRequest) => Decision;
