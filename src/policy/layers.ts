import type { Layer } from './types.js';

/** The layers as sentences call them. */
export const LAYER_NAMES: Readonly<Record<Layer, string>> = {
  'trust-policy': 'trust policy',
  'identity-policy': 'identity policy',
  'permissions-boundary': 'permissions boundary',
  'session-policy': 'session policy',
  'resource-policy': 'resource policy',
  'access-point-policy': 'access point policy',
  'key-policy': 'key policy',
  scp: 'service control policy',
  rcp: 'resource control policy',
  'block-public-access': 'Block Public Access',
};
