import type { DesiredResource, Facts, ResolvedConnection } from './types.js';

export function compileConnection(
  _c: ResolvedConnection,
  _facts: Facts,
  _o: { readonly externalId?: 'needed' | 'placeholder' } = {},
): readonly DesiredResource[] {
  throw new Error('not built yet');
}
