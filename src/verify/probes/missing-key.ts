import type { ProbeAnswer } from '../../aws/ports.js';
import { type Answer, meaningOf, probed, undecided } from '../answers.js';
import type { ExpectedRow } from '../expected.js';
import type { Actor } from './stage.js';

/**
 * GetObject on a key that is missing. 404 shows the right to read, as S3 hides a missing key with 403 from who may not
 * list it (S3 API reference, GetObject). So 403 by itself shows nothing; it does where the answer names the action that
 * was refused (S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors"), or where the same identity may list
 * that very key and would have been told that it is missing.
 *
 * That the refusal is about listing gives a surplus right away, but is not enough to call a grant proved.
 *
 * @param o.listable whether a listing is worth asking for where the answer names no action
 */
export async function getMissing(
  actor: Actor,
  key: string,
  o: { readonly expect: ExpectedRow['expect']; readonly listable: boolean },
): Promise<Answer> {
  const answer = await actor.port.get(actor.target, key);
  const meaning = meaningOf(answer);
  if (meaning === 'missing') return shown(answer);
  if (meaning !== 'deny') return probed(meaning, answer, 'GetObject of a missing key');
  const refused = refusedAction(answer);
  if (refused === 's3:GetObject') return probed('deny', answer, 'GetObject is refused by name');
  if (refused === 's3:ListBucket' && o.expect === 'deny') {
    return probed('allow', answer, 'GetObject of a missing key is refused for want of s3:ListBucket alone');
  }
  const told = o.listable && refused === undefined ? await withListing(actor, key) : undefined;
  return told ?? nothing(answer, refused);
}

/** Asked after the listing, so that a right to list that has just become visible can't mislead. */
async function withListing(actor: Actor, key: string): Promise<Answer | undefined> {
  const listing = await actor.port.listOne(actor.target, key);
  if (meaningOf(listing) !== 'allow') return undefined;
  const answer = await actor.port.get(actor.target, key);
  const meaning = meaningOf(answer);
  if (meaning === 'missing') return shown(answer);
  if (meaning === 'deny') {
    return probed('deny', answer, 'GetObject of a missing key is refused, though listing it is allowed');
  }
  return probed(meaning, answer, 'GetObject of a missing key');
}

const shown = (answer: ProbeAnswer): Answer =>
  probed('allow', answer, 'GetObject of a missing key answers that it is missing');

function nothing(answer: ProbeAnswer, refused: string | undefined): Answer {
  const why = refused === 's3:ListBucket' ? ' for want of s3:ListBucket' : '';
  return undecided(`GetObject of a missing key is refused${why}, which proves nothing`, 'probe', answer.code);
}

/** `… is not authorized to perform: s3:GetObject on resource: …`; others than those of the bucket's account get no reason. */
export function refusedAction(answer: ProbeAnswer): string | undefined {
  return /is not authorized to perform: (s3:[A-Za-z]+)/.exec(answer.message ?? '')?.[1];
}
