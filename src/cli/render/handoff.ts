import type { ChalkInstance } from 'chalk';
import type { Handoff } from '../../connection/types.js';
import type { ConnectionPlan } from '../../engine/types.js';
import { plain, short } from './text.js';

/** The hand-offs that an apply brought with it. */
export function handoffsOf(connections: readonly ConnectionPlan[]): readonly Handoff[] {
  return connections.flatMap(({ name, handoff: items, handoffMissing: missing = [] }) =>
    items === undefined ? [] : [{ name, status: missing.length === 0 ? 'ready' : 'incomplete', missing, items }],
  );
}

/** What to give to the vendor, for a person: a field a line, and the vendor's API call. */
export function renderHandoff(handoffs: readonly Handoff[], colours: ChalkInstance): string {
  return handoffs.map((handoff) => handoffLines(handoff, colours).join('\n')).join('\n\n');
}

function handoffLines(handoff: Handoff, colours: ChalkInstance): readonly string[] {
  const state =
    handoff.status === 'ready'
      ? colours.green('ready')
      : colours.yellow(`still missing: ${handoff.missing.join(', ')}`);
  const lines = [`${colours.bold(plain(handoff.name))}  for the vendor: ${state}`];
  for (const item of handoff.items) {
    lines.push(
      '',
      `  ${colours.bold(plain(item.title))}${item.bucket === null ? '' : colours.dim(`  ${item.bucket}`)}`,
    );
    const width = Math.max(0, ...Object.keys(item.fields).map((key) => key.length));
    for (const [key, value] of Object.entries(item.fields)) {
      const text = value === null ? colours.yellow('not known yet') : short(value);
      lines.push(`    ${plain(key).padEnd(width)}  ${text}`);
    }
    if (item.curl !== null)
      lines.push(
        '',
        ...plain(item.curl)
          .split('\n')
          .map((line) => `    ${line}`),
      );
  }
  return lines;
}
