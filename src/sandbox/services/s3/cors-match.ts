import type { CorsRule } from '../../store/buckets.js';

/** Whether a value with at most one `*` matches. */
function matches(pattern: string, value: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === value;
  const head = pattern.slice(0, star);
  const tail = pattern.slice(star + 1);
  return value.length >= head.length + tail.length && value.startsWith(head) && value.endsWith(tail);
}

export interface CorsRequest {
  readonly origin: string;
  readonly method: string;
  /** Lower-case names of Access-Control-Request-Headers. */
  readonly headers: readonly string[];
}

/** The names of an Access-Control-Request-Headers value, in lower case. */
export function requestedHeaders(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

/**
 * The first rule that matches origin AND method AND every requested header, as S3 User Guide, "Using cross-origin
 * resource sharing (CORS)", says S3 picks it.
 */
export function matchingRule(rules: readonly CorsRule[], request: CorsRequest): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.AllowedOrigins.some((origin) => matches(origin, request.origin)) &&
      rule.AllowedMethods.includes(request.method) &&
      request.headers.every((name) =>
        (rule.AllowedHeaders ?? []).some((allowed) => matches(allowed.toLowerCase(), name)),
      ),
  );
}

const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** The response headers of a matched rule: of the preflight's answer, or of the actual request's. */
export function corsHeaders(rule: CorsRule, request: CorsRequest): Readonly<Record<string, string>> {
  const anyone = rule.AllowedOrigins.find((origin) => matches(origin, request.origin)) === '*';
  return {
    'access-control-allow-origin': anyone ? '*' : request.origin,
    'access-control-allow-methods': rule.AllowedMethods.join(', '),
    ...(request.headers.length > 0 ? { 'access-control-allow-headers': request.headers.join(', ') } : {}),
    ...(rule.ExposeHeaders !== undefined && rule.ExposeHeaders.length > 0
      ? { 'access-control-expose-headers': rule.ExposeHeaders.join(', ') }
      : {}),
    ...(rule.MaxAgeSeconds !== undefined ? { 'access-control-max-age': String(rule.MaxAgeSeconds) } : {}),
    // A lone `*` answers every origin alike; a named origin needs the browser's credentials flag (S3 sends it then).
    ...(anyone ? {} : { 'access-control-allow-credentials': 'true' }),
    vary: VARY,
  };
}
