import type { RunCommand } from '../context.js';
import { highestExitCode } from '../exit-codes.js';
import { statementLines } from '../render/statement.js';
import { plain } from '../render/text.js';
import { failedCodes, selectConnections } from '../selection.js';

/** `access-point show`: the access points of a connection as they are in the account, with their policies. */
export const run: RunCommand = async (context, args, options) => {
  const selection = await selectConnections(context, args, options);
  const aws = await context.aws();
  const { statementsOf } = await import('../../policy/documents.js');
  const wanted = selection.connections.flatMap((connection) =>
    connection.buckets.flatMap((bucket) =>
      bucket.accessPoint === undefined ? [] : [{ connection, bucket, name: bucket.accessPoint.name }],
    ),
  );
  const rows = await Promise.all(
    wanted.map(async ({ connection, bucket, name }) => {
      const account = connection.site.account ?? (await aws.ports(connection.site).sts.getCallerIdentity()).account;
      // An access point belongs to the connection's account, and to the region of its bucket.
      const { s3control } = aws.ports({ profile: connection.site.profile, region: bucket.site.region });
      const record = await s3control.getAccessPoint(account, name);
      const policy = record === undefined ? undefined : await s3control.getAccessPointPolicy(account, name);
      return { connection: connection.name, name, accessPoint: record ?? null, policy: policy ?? null };
    }),
  );
  context.emit({ accessPoints: rows }, () =>
    rows
      .map(({ name, accessPoint, policy }) => {
        if (accessPoint === null) return `${plain(name)}  ${context.colours.yellow('does not exist')}`;
        const statements = policy === null ? [] : statementsOf(policy);
        return [
          context.colours.bold(plain(name)),
          `  bucket  ${plain(accessPoint.bucket)}`,
          `  ARN     ${plain(accessPoint.arn)}`,
          ...(accessPoint.alias === undefined ? [] : [`  alias   ${plain(accessPoint.alias)}`]),
          ...statements.flatMap((each) => statementLines(each, context.width - 4).map((line) => `  ${line}`)),
        ].join('\n');
      })
      .join('\n\n'),
  );
  return highestExitCode(failedCodes(selection));
};
