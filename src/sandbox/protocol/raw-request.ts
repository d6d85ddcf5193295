/** How a service words its answers. */
export type Dialect = 's3' | 's3control' | 'query';

/** A request as it came over the wire, before anybody looked at who sent it. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}
