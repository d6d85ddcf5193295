import type { Facts, Handoff, ResolvedConnection } from '../../connection/types.js';
import { S3ConnectError } from '../../errors.js';
import type { CommandContext, RunCommand } from '../context.js';
import { eachConnection, failureLine } from '../each-connection.js';
import { highestExitCode } from '../exit-codes.js';
import { offlineFacts } from '../offline.js';
import { accountOf, notYet, type Options, partitionOf } from '../options.js';
import { renderHandoff } from '../render/handoff.js';
import { secretFilePath } from '../secret-file.js';
import { saveIfAsked, selectConnections } from '../selection.js';

/** `handoff`: what to give to the vendor; works before `apply`, and with `--account` offline. */
export const run: RunCommand = async (context, args, options) => {
  notYet(options, 'out', '--out');
  const account = accountOf(options);
  const partition = partitionOf(options);
  const selection = await selectConnections(context, args, options);
  const { handoffOf } = await import('../../connection/handoff.js');
  const { rows, codes } = await eachConnection(selection, async (connection): Promise<Handoff> => {
    const facts =
      account === undefined
        ? await liveFacts(context, connection, options, partition)
        : await offlineFacts(context, connection, account, partition);
    return handoffOf(connection, facts);
  });
  await saveIfAsked(context, selection, options);
  context.emit({ connections: rows }, () => {
    const handoffs = rows.filter((row): row is Handoff => 'items' in row);
    const errors = rows.flatMap((row) => ('error' in row ? [failureLine(row)] : []));
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
