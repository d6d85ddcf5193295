import Table from 'cli-table3';
import { plain } from './text.js';

/**
 * A borderless table that fits the width: the last column takes what is left and wraps.
 *
 * @param rows without control characters taken out; that is done here
 */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const columns = head.length;
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => plain(row[column] ?? '').length)),
  );
  const others = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
  const last = Math.max(12, Math.min(widths[columns - 1] ?? 0, width - others - 2));
  widths[columns - 1] = last;
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '',
  };
  const table = new Table({
    head: [...head],
    chars: none,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    colWidths: widths.map((each) => each + 2),
    wordWrap: true,
    // ARNs have no spaces and have to be broken anywhere; sentences only where they have one.
    wrapOnWordBoundary: rows.every((row) => (row.at(-1) ?? '').split(' ').every((word) => word.length <= last)),
  });
  for (const row of rows) table.push(row.map(plain));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
