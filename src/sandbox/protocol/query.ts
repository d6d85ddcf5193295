import { WireError, type WireRequest } from '../types.js';
import { type XmlNode, xml } from './xml.js';

/** Parameters of a Query API call (`Action=…&Tags.member.1.Key=…`), from the form body or the query string. */
export class QueryParameters {
  readonly action: string;
  readonly #values: URLSearchParams;

  constructor(request: Pick<WireRequest, 'body' | 'query' | 'method'>) {
    this.#values = new URLSearchParams(request.body.toString('utf8'));
    for (const [name, value] of request.query) if (!this.#values.has(name)) this.#values.append(name, value);
    this.action = this.#values.get('Action') ?? '';
  }

  /** The value, or undefined where it is missing. */
  optional(name: string): string | undefined {
    return this.#values.get(name) ?? undefined;
  }

  /** @throws WireError ValidationError where it is missing */
  required(name: string): string {
    const value = this.#values.get(name);
    if (value === null || value === '') {
      throw validationError(
        `1 validation error detected: Value null at '${name[0]!.toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`,
      );
    }
    return value;
  }

  /** `NAME.member.1`, `NAME.member.2` … */
  list(name: string): readonly string[] {
    const out: string[] = [];
    for (let i = 1; ; i++) {
      const value = this.#values.get(`${name}.member.${i}`) ?? this.#values.get(`${name}.${i}`);
      if (value === null) return out;
      out.push(value);
    }
  }

  /** `NAME.member.1.Key` and `.Value` */
  pairs(name: string): readonly (readonly [string, string])[] {
    const out: (readonly [string, string])[] = [];
    for (let i = 1; ; i++) {
      const key = this.#values.get(`${name}.member.${i}.Key`) ?? this.#values.get(`${name}.entry.${i}.key`);
      if (key === null) return out;
      const value = this.#values.get(`${name}.member.${i}.Value`) ?? this.#values.get(`${name}.entry.${i}.value`);
      out.push([key, value ?? '']);
    }
  }
}

/** The 400 of a parameter that doesn't fit its pattern. */
export function validationError(message: string): WireError {
  return new WireError('ValidationError', 400, message);
}

/** Answer of a Query API. `result` undefined: an action without a result element. */
export function queryAnswer(namespace: string, action: string, result: XmlNode | undefined, requestId: string): string {
  const body = result === undefined ? '' : xml({ [`${action}Result`]: result });
  return `<${action}Response xmlns="${namespace}">${body}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;
}

/** Error of a Query API. */
export function queryError(namespace: string, error: WireError, requestId: string): string {
  return `<ErrorResponse xmlns="${namespace}"><Error>${xml({
    Type: error.status >= 500 ? 'Receiver' : 'Sender',
    Code: error.code,
    Message: error.message,
  })}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}
