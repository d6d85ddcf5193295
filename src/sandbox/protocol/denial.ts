import type { Decision, Layer } from '../../policy/types.js';

const LAYER_WORDS: Readonly<Record<Layer, string>> = {
  'trust-policy': 'role trust',
  'identity-policy': 'identity-based',
  'permissions-boundary': 'permissions boundary',
  'session-policy': 'session',
  'resource-policy': 'resource-based',
  'access-point-policy': 'resource-based',
  'key-policy': 'resource-based',
  scp: 'service control',
  rcp: 'resource control',
  'block-public-access': 'resource-based',
};

/** `because no identity-based policy allows the X action` or `with an explicit deny in an identity-based policy`. */
export function denialReason(decision: Decision, action: string): string {
  const layer = decision.layer;
  if (decision.reason === 'explicit-deny') {
    if (layer === 'permissions-boundary') return 'with an explicit deny in a permissions boundary';
    const words = LAYER_WORDS[layer];
    return `with an explicit deny in ${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words} policy`;
  }
  if (layer === 'permissions-boundary') return `because no permissions boundary allows the ${action} action`;
  return `because no ${LAYER_WORDS[layer]} policy allows the ${action} action`;
}

/**
 * What AWS says to a caller of the same account. Follows the IAM User Guide, "Troubleshoot access denied error
 * messages"; a caller of another account hears less, which is the service's part.
 */
export function denialMessage(callerArn: string, action: string, resource: string, decision: Decision): string {
  return `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource} ${denialReason(decision, action)}`;
}
