import { S3ConnectError } from '../errors.js';
import type { Statement } from '../policy/types.js';
import { oneOrMany, sidOf } from './grants.js';
import { trustedPrincipals } from './names.js';
import { type Facts, GENERATED_EXTERNAL_ID, type ResolvedConnection } from './types.js';

/** What every session of verify is called by, and what a verifier's statement asks for. */
const VERIFY_SESSION = 's3connect-verify';

/**
 * The external IDs that the role asks for: file and flags, else what its trust policy has, else a new one.
 *
 * @param need `needed` throws where the vendor has to give one first; `placeholder` puts the placeholder in
 * @returns none where the vendor sends none, or where an optional one isn't given
 * @throws S3ConnectError ExternalIdMissing
 */
export function externalIdsOf(c: ResolvedConnection, facts: Facts, need: 'needed' | 'placeholder'): readonly string[] {
  if (c.externalId.mode === 'none') return [];
  if (c.trust.externalIds.length > 0) return c.trust.externalIds;
  const removed = c.trust.removedExternalIds ?? [];
  const live = (facts.liveExternalIds ?? []).filter((id) => !removed.includes(id));
  if (live.length > 0) return live;
  if (c.externalId.mode === 'optional') return [];
  if ((c.externalId.issued ?? 'customer') !== 'before-role' || need === 'placeholder') return [GENERATED_EXTERNAL_ID];
  throw new S3ConnectError(
    'ExternalIdMissing',
    `${c.template.vendor} gives the external ID of ${c.name}, and it is not there yet.`,
    {
      path: c.pointer === '' ? '--external-id' : `${c.pointer}/trust/externalIds`,
      hint: `Tell ${c.template.vendor} the role's ARN first (s3connect handoff ${c.name}), then give its answer: --external-id ID.`,
    },
  );
}

/**
 * The trust policy's statements (IAM User Guide, "Access to AWS accounts owned by third parties"): the vendor's, with the
 * external ID where there is one, and one for the own verifiers, bound to the name of their session.
 */
export function trustStatements(
  c: ResolvedConnection,
  facts: Facts,
  need: 'needed' | 'placeholder',
): readonly Statement[] {
  const ids = externalIdsOf(c, facts, need);
  const statements: Statement[] = [
    {
      Sid: sidOf(c, 'Trust'),
      Effect: 'Allow',
      Principal: { AWS: oneOrMany(trustedPrincipals(c, facts)) },
      Action: 'sts:AssumeRole',
      ...(ids.length === 0 ? {} : { Condition: { StringEquals: { 'sts:ExternalId': oneOrMany(ids) } } }),
    },
  ];
  if (c.trust.verifiers.length > 0) {
    statements.push({
      Sid: sidOf(c, 'Verify'),
      Effect: 'Allow',
      Principal: { AWS: oneOrMany(ownVerifiers(c, facts)) },
      Action: 'sts:AssumeRole',
      Condition: { StringLike: { 'sts:RoleSessionName': `${VERIFY_SESSION}*` } },
    });
  }
  return statements;
}

function ownVerifiers(c: ResolvedConnection, facts: Facts): readonly string[] {
  for (const [i, verifier] of c.trust.verifiers.entries()) {
    const [, partition, , , account] = verifier.split(':');
    if (facts.account !== '' && (account !== facts.account || partition !== facts.partition)) {
      throw new S3ConnectError('BadValue', `The verifier ${verifier} is not of the own account ${facts.account}.`, {
        path: c.pointer === '' ? '--verifier' : `${c.pointer}/trust/verifiers/${i}`,
        hint: 'Only identities of the own account may verify.',
      });
    }
  }
  return c.trust.verifiers;
}
