import type { CorsRule } from '../connection/types.js';

export interface CorsRequest {
  readonly origin: string;
  readonly method: string;
  /** As in Access-Control-Request-Headers. */
  readonly headers: readonly string[];
}

/** A string of a CORS rule: at most one `*`, which stands for anything (S3 User Guide, "Elements of a CORS configuration"). */
export function fits(pattern: string, value: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === value;
  const head = pattern.slice(0, star);
  const tail = pattern.slice(star + 1);
  return value.length >= head.length + tail.length && value.startsWith(head) && value.endsWith(tail);
}

/** The first rule that matches origin, method and every requested header decides; later ones don't count. */
export function firstMatch(rules: readonly CorsRule[], request: CorsRequest): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.AllowedOrigins.some((origin) => fits(origin, request.origin)) &&
      rule.AllowedMethods.includes(request.method) &&
      request.headers.every((header) =>
        (rule.AllowedHeaders ?? []).some((allowed) => fits(allowed.toLowerCase(), header.toLowerCase())),
      ),
  );
}

/** An origin as a browser would send it where the allowed one is a pattern. */
export function sampleOrigin(pattern: string): string {
  if (pattern === '*') return 'https://s3connect-probe.example';
  return pattern.replace('*', 's3connect-probe');
}

/** Headers to ask for, one for each that is allowed. */
export function sampleHeaders(allowed: readonly string[]): readonly string[] {
  return [...new Set(allowed.map((header) => header.replace('*', header === '*' ? 'x-s3connect-probe' : 's3connect')))];
}

const STRANGERS = [
  'https://s3connect-stranger.example',
  'http://s3connect-stranger.example',
  'https://s3connect-stranger.test:8443',
];

/** An origin that none of the allowed ones means; undefined where they leave no stranger. */
export function strangerTo(allowed: readonly string[]): string | undefined {
  return STRANGERS.find((origin) => !allowed.some((pattern) => fits(pattern, origin)));
}

/**
 * Whether a rule that lets a stranger in is the connection's: it carries its mark, or names all of its origins.
 * Anything else is somebody else's rule.
 */
export function isOurRule(rule: CorsRule, allowedOrigins: readonly string[], mark: string): boolean {
  return rule.ID?.startsWith(mark) === true || allowedOrigins.every((origin) => rule.AllowedOrigins.includes(origin));
}
