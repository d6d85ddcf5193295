import type { WireResponse } from '../../types.js';
import { partitionOf } from '../s3/arns.js';
import { s3Error } from '../s3/errors.js';
import { checkTags, tagsOf } from '../s3/tags.js';
import { childOf, element, parseXml } from '../s3/xml.js';
import { pointContext, pointOf } from './access-points.js';
import { authorizeControl, type ControlCall } from './call.js';
import { controlDocument } from './xml.js';

type TagMap = ReadonlyMap<string, string>;

interface Tagged {
  readonly tags: TagMap;
  readonly set: (tags: TagMap) => void;
  readonly context: Readonly<Record<string, string>>;
}

/** A bucket or an access point by its ARN. */
function taggedResource(call: ControlCall, arn: string): Tagged {
  const point = /^arn:[^:]+:s3:[^:]+:\d{12}:accesspoint\/(.+)$/.exec(arn)?.[1];
  if (point !== undefined) {
    const found = pointOf(call, point);
    return {
      tags: found.tags,
      context: pointContext(found),
      set: (tags) => {
        found.tags = tags;
      },
    };
  }
  const prefix = `arn:${partitionOf(call.request.region)}:s3:::`;
  const bucket = arn.startsWith(prefix) ? call.world.s3.buckets.get(arn.slice(prefix.length)) : undefined;
  if (bucket === undefined || bucket.account !== call.account) throw s3Error('NoSuchResource');
  return {
    tags: bucket.tags ?? new Map(),
    context: {},
    set: (tags) => {
      bucket.tags = tags.size === 0 ? undefined : tags;
    },
  };
}

/** ListTagsForResource. */
export function listTags(call: ControlCall, arn: string): WireResponse {
  const { tags, context } = taggedResource(call, arn);
  authorizeControl(call, 's3:ListTagsForResource', arn, context);
  const sorted = [...tags].sort(([a], [b]) => (a < b ? -1 : 1));
  return controlDocument(
    'ListTagsForResourceResult',
    element(
      'Tags',
      sorted.map(([key, value]) => element('Tag', element('Key', key), element('Value', value))),
    ),
  );
}

/** TagResource adds to the tags that are there. */
export function tagResource(call: ControlCall, arn: string): WireResponse {
  const { tags, set, context } = taggedResource(call, arn);
  const added = tagsOf(childOf(parseXml(call.request.body, 'TagResourceRequest'), 'Tags'));
  checkTags(added);
  authorizeControl(call, 's3:TagResource', arn, {
    ...context,
    ...Object.fromEntries([...added].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': [...added.keys()],
  });
  set(new Map([...tags, ...added]));
  return { status: 204 };
}

/** UntagResource. */
export function untagResource(call: ControlCall, arn: string): WireResponse {
  const { tags, set, context } = taggedResource(call, arn);
  const gone = call.request.query.getAll('tagKeys');
  authorizeControl(call, 's3:UntagResource', arn, { ...context, 'aws:TagKeys': gone });
  set(new Map([...tags].filter(([key]) => !gone.includes(key))));
  return { status: 204 };
}
