import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { RunCommand } from '../context.js';
import { eachConnection, type FailedRow, failureLine } from '../each-connection.js';
import { highestExitCode } from '../exit-codes.js';
import { makeFolder } from '../folder.js';
import { offlineFacts } from '../offline.js';
import { accountOf, partitionOf, text } from '../options.js';
import { jsonText, plain } from '../render/text.js';
import { saveIfAsked, selectConnections } from '../selection.js';

interface Documents {
  readonly name: string;
  readonly documents: readonly { readonly kind: string; readonly target: string; readonly document: unknown }[];
}

type Row = Documents | FailedRow;

/** `generate`: every document of the connections, offline and without credentials. */
export const run: RunCommand = async (context, args, options) => {
  const format = text(options, 'format') ?? 'json';
  if (format !== 'json') {
    const known = ['cloudformation', 'terraform', 'aws-cli'].includes(format);
    context.fail(
      known ? `--format ${format} is not supported yet` : `there is no format '${format}'`,
      '--format',
      'use --format json',
    );
  }
  const account = accountOf(options);
  const partition = partitionOf(options);
  const selection = await selectConnections(context, args, options);
  const { documentsOf } = await import('../../connection/generate.js');
  const { rows, codes } = await eachConnection(
    selection,
    async (connection): Promise<Documents> => ({
      name: connection.name,
      documents: documentsOf(connection, await offlineFacts(context, connection, account, partition)),
    }),
  );
  await saveIfAsked(context, selection, options);
  const out = text(options, 'out');
  const written = out === undefined ? [] : await writeDocuments(resolve(context.cwd, out), rows);
  context.emit({ connections: rows, ...(out === undefined ? {} : { written }) }, () => {
    if (out !== undefined) return written.join('\n');
    return rows
      .flatMap((row) => {
        if ('error' in row) return [failureLine(row)];
        return row.documents.map(
          (each) =>
            `${context.colours.bold(`${plain(row.name)}  ${each.kind}  ${plain(each.target)}`)}\n${jsonText(each.document)}`,
        );
      })
      .join('\n\n');
  });
  return highestExitCode(codes);
};

/** File names come from the account's names, of which an ARN or a path may have slashes and colons. */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '_');

async function writeDocuments(folder: string, rows: readonly Row[]): Promise<readonly string[]> {
  const written: string[] = [];
  for (const row of rows) {
    for (const { kind, target, document } of 'error' in row ? [] : row.documents) {
      const file = join(folder, safe(row.name), `${kind}.${safe(target)}.json`);
      await makeFolder(dirname(file));
      await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
      written.push(file);
    }
  }
  return written;
}
