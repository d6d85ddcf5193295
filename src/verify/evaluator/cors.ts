import { undecided } from '../answers.js';
import { firstMatch, isOurRule, sampleHeaders, sampleOrigin, strangerTo } from '../cors-rules.js';
import type { ExpectedRow } from '../expected.js';
import { siteOf } from './place.js';
import type { Evaluated, EvaluatorScene } from './types.js';

/** A `cors:` or `cors.foreign-origin:` row from the bucket's rules, of which the first that matches decides. */
export async function evaluateCors(row: ExpectedRow, s: EvaluatorScene): Promise<Evaluated> {
  const { bucket } = row;
  const cors = bucket?.cors;
  if (bucket === undefined || cors === undefined) return undecided('no CORS is declared', 'evaluator');
  const seen = await s.live.cors(siteOf(bucket, s.survey.facts), bucket.name);
  if (!seen.readable) return undecided(`the CORS rules can't be read from here (${seen.why})`, 'evaluator');
  const rules = seen.value ?? [];
  const say = (actual: 'allow' | 'deny', detail: string): Evaluated => ({
    actual,
    by: 'evaluator',
    code: null,
    detail,
  });
  if (row.kind === 'cors') {
    const origin = sampleOrigin(row.origin ?? '');
    const headers = sampleHeaders(cors.allowedHeaders);
    for (const method of cors.allowedMethods) {
      const rule = firstMatch(rules, { origin, method, headers });
      if (rule === undefined) return say('deny', `no CORS rule lets ${origin} send ${method}`);
      const hidden = cors.exposeHeaders.filter((wanted) => !hasHeader(rule.ExposeHeaders ?? [], wanted));
      if (hidden.length > 0) return say('deny', `the first matching rule does not expose ${hidden.join(', ')}`);
    }
    return say('allow', 'the first matching rule lets it in and exposes what is declared');
  }
  const stranger = strangerTo(cors.allowedOrigins);
  if (stranger === undefined) return undecided('the allowed origins leave no stranger', 'evaluator');
  return { ...strangerVerdict(rules, stranger, cors.allowedMethods, cors.allowedOrigins, s.connection.owner.mark) };
}

const hasHeader = (list: readonly string[], name: string): boolean =>
  list.some((each) => each.toLowerCase() === name.toLowerCase());

function strangerVerdict(
  rules: Parameters<typeof firstMatch>[0],
  origin: string,
  methods: readonly string[],
  allowed: readonly string[],
  mark: string,
): Evaluated {
  for (const method of methods) {
    const rule = firstMatch(rules, { origin, method, headers: [] });
    if (rule === undefined) continue;
    const ours = isOurRule(rule, allowed, mark);
    const name = rule.ID === undefined ? 'a rule' : `the rule ${rule.ID}`;
    return {
      actual: 'allow',
      by: 'evaluator',
      code: null,
      detail: `${name}${ours ? '' : ' of somebody else'} lets ${origin} send ${method}`,
      ...(ours ? {} : { foreign: true as const }),
    };
  }
  return { actual: 'deny', by: 'evaluator', code: null, detail: `no rule lets ${origin} in` };
}
