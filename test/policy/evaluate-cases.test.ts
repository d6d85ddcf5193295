import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/policy/evaluate.js';
import type { EvaluationCase } from '../../src/policy/types.js';

/** Worked examples out of AWS's documentation: each entry names the page it follows. */
interface Example {
  readonly name: string;
  readonly page: string;
  readonly case: EvaluationCase;
  readonly expect: Readonly<Record<string, unknown>>;
}

const folder = new URL('../cases/evaluate/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

describe.each(files)('%s', (file) => {
  const examples = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as readonly Example[];

  it.each(examples.map((example) => [example.name, example] as const))('%s', (_name, example) => {
    expect(example.page).not.toBe('');
    expect(evaluate(example.case)).toMatchObject(example.expect);
  });

  it('says what is nearest to every denial, and nothing else', () => {
    for (const example of examples) {
      const decision = evaluate(example.case);
      expect(decision.nearest === null, example.name).toBe(decision.decision === 'allow');
      expect(decision.nearest?.layer ?? decision.layer, example.name).toBe(decision.layer);
      expect(decision.nearest?.mismatch, example.name).not.toBe('');
    }
  });
});
