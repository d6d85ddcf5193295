import type { Tags } from '../aws/ports.js';
import { TAG_ADOPTED, TAG_CONNECTION, TAG_TEMPLATE } from '../connection/owner.js';
import { S3ConnectError } from '../errors.js';
import type { Contributor } from './kind.js';

/** Whose a tagged thing is: `whole` made by us, `adopted` taken over, `other` another connection's, `none` unmarked. */
export type Claim = 'whole' | 'adopted' | 'other' | 'none';

export function claimOf(tags: Tags, by: Contributor): Claim {
  const tag = tags[TAG_CONNECTION];
  if (tag === undefined) return 'none';
  if (tag !== by.owner.tag) return 'other';
  return tags[TAG_ADOPTED] === undefined ? 'whole' : 'adopted';
}

/** The tags that say whose it is, on top of the user's own. */
export function marked(tags: Tags, by: Contributor): Tags {
  return { ...tags, [TAG_CONNECTION]: by.owner.tag, [TAG_TEMPLATE]: by.templateId };
}

/** The tags of something taken over: what it had, and the marks. */
export function adoptedTags(live: Tags, by: Contributor, value = 'true'): Tags {
  return { ...marked(live, by), [TAG_ADOPTED]: value };
}

export function withoutMarks(tags: Tags): Tags {
  const { [TAG_CONNECTION]: _connection, [TAG_TEMPLATE]: _template, [TAG_ADOPTED]: _adopted, ...rest } = tags;
  return rest;
}

/** Refusal to touch something that is there already and isn't this connection's. */
export function notOurs(what: string, tags: Tags, by: Contributor): S3ConnectError {
  const other = tags[TAG_CONNECTION];
  return other !== undefined
    ? new S3ConnectError('NotOurs', `${what} belongs to the connection ${other}.`, {
        path: by.pointer === '' ? '--name' : by.pointer,
        hint: 'Give this connection another name for it, or destroy the other connection first.',
      })
    : new S3ConnectError('NotOurs', `${what} exists and was not made by s3connect.`, {
        path: by.pointer === '' ? '--name' : by.pointer,
        hint: 'Give another name, or take it over with --adopt: what is there stays, and destroy gives it back.',
      });
}

/** Tags to set and keys to remove to come from one set to the other. */
export function tagChanges(before: Tags, after: Tags): { readonly set: Tags; readonly remove: readonly string[] } {
  return {
    set: Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value)),
    remove: Object.keys(before).filter((key) => after[key] === undefined),
  };
}

export function sameTags(a: Tags, b: Tags): boolean {
  const { set, remove } = tagChanges(a, b);
  return Object.keys(set).length === 0 && remove.length === 0;
}

/** For plans: keys in one order, whatever order AWS lists them in. */
export function sortedTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}
