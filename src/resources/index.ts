import type { ResourceType } from '../connection/types.js';
import { accessKey } from './access-key.js';
import { accessPoint } from './access-point.js';
import { accessPointPolicy } from './access-point-policy.js';
import { bucket } from './bucket.js';
import { bucketPolicy } from './bucket-policy.js';
import { cors } from './cors.js';
import type { AnyKind } from './kind.js';
import { managedPolicy } from './managed-policy.js';
import { notification } from './notification.js';
import { ownershipControls } from './ownership-controls.js';
import { publicAccessBlock } from './public-access-block.js';
import { role } from './role.js';
import { rolePolicy } from './role-policy.js';
import { subscription } from './subscription.js';
import { topic } from './topic.js';
import { topicPolicy } from './topic-policy.js';
import { user } from './user.js';
import { userPolicy } from './user-policy.js';

/**
 * Every kind, in the order in which a plan is worked out backwards: what the planned removal of a kind depends on
 * stands after it.
 */
export const KINDS: readonly AnyKind[] = [
  publicAccessBlock,
  ownershipControls,
  bucket,
  role,
  user,
  managedPolicy,
  rolePolicy,
  userPolicy,
  accessKey,
  accessPointPolicy,
  accessPoint,
  bucketPolicy,
  cors,
  subscription,
  topicPolicy,
  topic,
  notification,
];

const byType = new Map<ResourceType, AnyKind>(KINDS.map((kind) => [kind.type, kind]));

export function kindOf(type: ResourceType): AnyKind {
  const kind = byType.get(type);
  if (kind === undefined) throw new Error(`no such kind of resource: ${type}`);
  return kind;
}
