import { type QueryParameters, validationError } from '../../protocol/query.js';
import { visiblePolicy } from '../../store/iam.js';
import type { World } from '../../store/types.js';
import { countedSize, identityDocument } from '../iam/documents.js';

/**
 * The session policies of a call: `Policy` and up to ten `PolicyArns` (STS API Reference, AssumeRole).
 *
 * @throws WireError ValidationError, MalformedPolicyDocument
 */
export function sessionPoliciesIn(params: QueryParameters, world: World): readonly string[] {
  const out: string[] = [];
  const inline = params.optional('Policy');
  if (inline !== undefined) {
    if (countedSize(inline) > 2048) {
      throw validationError(
        "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
      );
    }
    out.push(JSON.stringify(identityDocument(world, inline)));
  }
  for (let i = 1; i <= 10; i++) {
    const arn = params.optional(`PolicyArns.member.${i}.arn`);
    if (arn === undefined) break;
    const policy = visiblePolicy(world.iam, arn);
    const version = policy?.versions.find((known) => known.id === policy.defaultVersionId);
    if (version === undefined) throw validationError(`Policy ${arn} does not exist or is not attachable.`);
    out.push(JSON.stringify(version.document));
  }
  return out;
}
