import { ownerOf } from '../../src/connection/owner.js';
import type { Facts } from '../../src/connection/types.js';
import type { Contributor } from '../../src/resources/kind.js';

export const ACCOUNT = '111122223333';
export const FACTS: Facts = { account: ACCOUNT, partition: 'aws' };

/** A contributor as the engine makes one. */
export function by(name = 'c', more: Partial<Contributor> = {}): Contributor {
  return {
    name,
    owner: ownerOf(null, name),
    templateId: 'generic-read',
    pointer: `/connections/${name}`,
    adopt: false,
    place: { account: ACCOUNT, partition: 'aws', region: 'us-east-1' },
    facts: FACTS,
    ...more,
  };
}

export const NOTHING_PLANNED = { planned: () => undefined, leaving: () => new Set<string>() };
