import type { CorsRule } from '../../connection/types.js';
import type { RunCommand } from '../context.js';
import { highestExitCode } from '../exit-codes.js';
import { plain, short } from '../render/text.js';
import { failedCodes, selectConnections } from '../selection.js';

interface Row {
  readonly connection: string;
  readonly bucket: string;
  readonly rules: readonly (CorsRule & { readonly ours: boolean })[];
}

/** `cors show`: the CORS rules of the buckets of a connection, in S3's order; the first that matches decides. */
export const run: RunCommand = async (context, args, options) => {
  const selection = await selectConnections(context, args, options);
  const aws = await context.aws();
  const rows: Row[] = await Promise.all(
    selection.connections.flatMap((connection) =>
      connection.buckets.map(async (bucket) => {
        const rules = (await aws.ports(bucket.site).s3.getBucketCors(bucket.name)) ?? [];
        return {
          connection: connection.name,
          bucket: bucket.name,
          rules: rules.map((rule) => ({ ...rule, ours: rule.ID?.startsWith(connection.owner.mark) === true })),
        };
      }),
    ),
  );
  context.emit({ buckets: rows }, () =>
    rows
      .map(({ bucket, rules }) => {
        const lines = rules.map(
          (rule) =>
            `  ${rule.ours ? context.colours.green('ours   ') : context.colours.dim('foreign')} ` +
            `${rule.AllowedMethods.join(' ')} from ${rule.AllowedOrigins.map(short).join(', ')}` +
            `${rule.ExposeHeaders === undefined ? '' : `, exposes ${rule.ExposeHeaders.map(short).join(', ')}`}`,
        );
        return [context.colours.bold(plain(bucket)), ...(lines.length === 0 ? ['  no CORS rules'] : lines)].join('\n');
      })
      .join('\n\n'),
  );
  return highestExitCode(failedCodes(selection));
};
