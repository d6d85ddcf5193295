import type { ProbeAnswer, ProbePort } from '../../aws/ports.js';
import type { CorsSettings } from '../../connection/types.js';
import { type Answer, codeOf, undecided } from '../answers.js';
import { sampleHeaders, sampleOrigin, strangerTo } from '../cors-rules.js';

export interface BrowserScene {
  readonly anybody: ProbePort;
  readonly bucket: string;
  readonly key: string;
  readonly cors: CorsSettings;
}

const allowedOrigin = (answer: ProbeAnswer): string | undefined => answer.headers['access-control-allow-origin'];

function letsIn(answer: ProbeAnswer, origin: string): boolean {
  const allowed = allowedOrigin(answer);
  return allowed === '*' || allowed === origin;
}

function preflight(s: BrowserScene, origin: string, method: string, headers: readonly string[]): Promise<ProbeAnswer> {
  return s.anybody.browser(s.bucket, s.key, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      ...(headers.length > 0 ? { 'access-control-request-headers': headers.join(',') } : {}),
    },
  });
}

const said = (actual: Answer['actual'], answer: ProbeAnswer, detail: string): Answer => ({
  actual,
  by: 'probe',
  code: codeOf(answer),
  detail,
});

/**
 * What a browser does for a page of the origin: a preflight for each method with the headers that are allowed, and a
 * GET (or HEAD) with Origin whose answer must name the origin and expose what is declared. S3 answers both without a
 * signature; whether the object may be read is another row's matter.
 */
export async function probeOrigin(pattern: string, s: BrowserScene): Promise<Answer> {
  const origin = sampleOrigin(pattern);
  const headers = sampleHeaders(s.cors.allowedHeaders);
  const simple = (['GET', 'HEAD'] as const).find((method) => s.cors.allowedMethods.includes(method));
  const [load, ...preflights] = await Promise.all([
    simple === undefined ? undefined : s.anybody.browser(s.bucket, s.key, { method: simple, headers: { origin } }),
    ...s.cors.allowedMethods.map((method) => preflight(s, origin, method, headers)),
  ]);
  for (const [n, answer] of preflights.entries()) {
    if (answer === undefined || answer.status === 0 || answer.status >= 500) {
      return said('error', answer ?? NOTHING, 'the preflight was not answered');
    }
    if (answer.status !== 200 || !letsIn(answer, origin)) {
      return said('deny', answer, `the preflight for ${s.cors.allowedMethods[n]} is refused`);
    }
  }
  const named = load !== undefined && allowedOrigin(load) !== undefined ? load : undefined;
  if (load !== undefined && named === undefined && load.status < 400) {
    return said('deny', load, `the answer to ${simple} does not name the origin`);
  }
  if (named !== undefined && !letsIn(named, origin))
    return said('deny', named, `the answer to ${simple} names another origin`);
  const exposed = (named ?? preflights[0])?.headers['access-control-expose-headers'];
  const hidden = missingFrom(exposed, s.cors.exposeHeaders);
  if (hidden.length > 0) {
    return said('deny', named ?? preflights[0] ?? NOTHING, `the answer does not expose ${hidden.join(', ')}`);
  }
  return {
    actual: 'allow',
    by: 'probe',
    code: null,
    detail: `preflight and ${simple ?? 'no simple request'} with Origin ${origin}`,
  };
}

function missingFrom(header: string | undefined, wanted: readonly string[]): readonly string[] {
  const exposed = new Set((header ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return wanted.filter((name) => !exposed.has(name.toLowerCase()));
}

/** A preflight from an origin that nobody named, for each method. */
export async function probeStranger(s: BrowserScene): Promise<Answer> {
  const origin = strangerTo(s.cors.allowedOrigins);
  if (origin === undefined) return undecided('the allowed origins leave no stranger');
  const answers = await Promise.all(s.cors.allowedMethods.map((method) => preflight(s, origin, method, [])));
  const open = answers.find((answer) => answer.status === 200 && letsIn(answer, origin));
  if (open !== undefined) return said('allow', open, `a preflight from ${origin} is let in`);
  const failed = answers.find((answer) => answer.status === 0 || answer.status >= 500);
  if (failed !== undefined) return said('error', failed, 'the preflight was not answered');
  const first = answers[0] ?? NOTHING;
  return said('deny', first, `a preflight from ${origin} is refused`);
}

const NOTHING: ProbeAnswer = { status: 0, code: null, message: null, headers: {} };
