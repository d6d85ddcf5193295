import { S3ConnectError } from '../../errors.js';
import { checkWorkTree } from '../../resources/secret-file.js';
import type { RunCommand } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { given } from '../options.js';
import { startProgress } from '../render/progress.js';
import { plain } from '../render/text.js';
import { renderReport } from '../render/verification.js';
import { secretFilePath } from '../secret-file.js';
import { selectConnections } from '../selection.js';
import { verifySelection } from './verify.js';

/** `user rotate`: a second key first; with `--finish` the new one is verified, then the old one goes. */
export const run: RunCommand = async (context, args, options) => {
  const selection = await selectConnections(context, args, options);
  const connection = selection.connections[0];
  if (selection.connections.length !== 1 || connection === undefined) {
    return context.fail('User rotate takes the name of one connection.');
  }
  if (connection.method !== 'user') {
    throw new S3ConnectError('BadValue', `${connection.name} has no user: its method is ${connection.method}.`, {
      path: `${connection.pointer}/method`,
    });
  }
  const finish = given(options, 'finish');
  const secretFile = secretFilePath(context, options, connection.name);
  await checkWorkTree(secretFile);
  const question = finish ? 'Verify the new key and delete the old one?' : 'Make a second access key?';
  if (!(await context.confirm(question, 'user rotate changes the account and needs a confirmation'))) {
    context.note('Nothing was changed.');
    return EXIT.interrupted;
  }
  if (finish) {
    const report = await verifySelection(context, selection, options, { mode: 'keys' });
    if (!report.ok) {
      const style = { colours: context.colours, width: context.width };
      context.emit({ user: connection.user?.name, verified: false, ...report }, () => renderReport(report, style));
      context.warn('the old key stays, because the new one could not be verified');
      return EXIT.failed;
    }
  }
  const progress = await startProgress(context, 'rotating the access key');
  try {
    const { rotateAccessKey } = await import('../../engine/rotate.js');
    const result = await rotateAccessKey({
      connection,
      aws: await context.aws(),
      secretFile,
      finish,
      onEvent: (event) => progress.onEvent(event),
      signal: context.signal,
    });
    progress.end();
    context.emit(result, () =>
      plain(
        [
          ...(result.created === null ? [] : [`made the access key ${result.created}`]),
          ...(result.deleted === null ? [] : [`deleted the access key ${result.deleted}`]),
          `The access key of ${result.user} is in ${result.secretFile}`,
          ...(finish ? [] : [`next: give it to the vendor, then s3connect user rotate ${connection.name} --finish`]),
        ].join('\n'),
      ),
    );
    return EXIT.ok;
  } finally {
    progress.end();
  }
};
