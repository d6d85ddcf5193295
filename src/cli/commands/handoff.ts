import type { Facts, Handoff, ResolvedConnection } from '../../connection/types.js';
import { S3ConnectError } from '../../errors.js';
import type { CommandContext, RunCommand } from '../context.js';
import { exitCodeOf, highestExitCode } from '../exit-codes.js';
import { offlineFacts } from '../offline.js';
import { accountOf, notYet, type Options, partitionOf } from '../options.js';
import { renderHandoff } from '../render/handoff.js';
import { plain } from '../render/text.js';
import { secretFilePath } from '../secret-file.js';
import { failedCodes, saveIfAsked, selectConnections } from '../selection.js';

/** `handoff`: what to give to the vendor; works before `apply`, and with `--account` offline. */
export const run: RunCommand = async (context, args, options) => {
  notYet(options, 'out', '--out');
  const account = accountOf(options);
  const partition = partitionOf(options);
  const selection = await selectConnections(context, args, options);
  const { handoffOf } = await import('../../connection/handoff.js');
  const rows: (Handoff | { readonly name: string; readonly error: unknown })[] = [];
  const codes: number[] = [...failedCodes(selection)];
  const alone = selection.connections.length + selection.failed.length === 1;
  for (const connection of selection.connections) {
    try {
      let facts: Facts;
      if (account !== undefined) facts = await offlineFacts(context, connection, account, partition);
      else facts = await liveFacts(context, connection, options, partition);
      rows.push(handoffOf(connection, facts));
    } catch (error) {
      if (alone || !(error instanceof S3ConnectError)) throw error;
      rows.push({ name: connection.name, error: error.toJSON() });
      codes.push(exitCodeOf(error.code));
    }
  }
  for (const { name, error } of selection.failed) rows.push({ name, error: error.toJSON() });
  await saveIfAsked(context, selection, options);
  context.emit({ connections: rows }, () => {
    const handoffs = rows.filter((row): row is Handoff => 'items' in row);
    const errors = rows.flatMap((row) =>
      'error' in row ? [`${plain(row.name)}: ${plain(String((row.error as { message: string }).message))}`] : [],
    );
    return [renderHandoff(handoffs, context.colours), ...errors].join('\n');
  });
  return highestExitCode(codes);
};

/** What the account tells. The account that the file names needn't be the caller's: then what can be known without it. */
async function liveFacts(
  context: CommandContext,
  connection: ResolvedConnection,
  options: Options,
  partition: string | undefined,
): Promise<Facts> {
  const { gatherFacts } = await import('../../engine/facts.js');
  try {
    return await gatherFacts(connection, await context.aws(), {
      requireBuckets: false,
      secretFile: secretFilePath(context, options, connection.name),
    });
  } catch (error) {
    if (!(error instanceof S3ConnectError) || error.code !== 'WrongAccount') throw error;
    return offlineFacts(context, connection, undefined, partition);
  }
}
