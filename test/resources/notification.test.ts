import { describe, expect, it } from 'vitest';
import type { NotificationDocument } from '../../src/aws/ports.js';
import { ownerOf } from '../../src/connection/owner.js';
import type { TopicConfiguration } from '../../src/connection/types.js';
import { notification } from '../../src/resources/notification.js';
import { by, NOTHING_PLANNED } from './contributor.js';

const TopicArn = 'arn:aws:sns:us-east-1:111122223333:t';
function configuration(prefix: string, events: string[], name = 'c', suffix = ''): TopicConfiguration {
  const FilterRules = [
    { Name: 'prefix', Value: prefix },
    ...(suffix === '' ? [] : [{ Name: 'suffix', Value: suffix }]),
  ];
  return { Id: `${ownerOf(null, name).mark}Notify`, TopicArn, Events: events, Filter: { Key: { FilterRules } } };
}
const created = ['s3:ObjectCreated:*'];
const put = (document: NotificationDocument, ...configurations: TopicConfiguration[]) =>
  notification.put({ document }, { bucket: 'b', configurations }, by()).document;

// S3 User Guide, "Configuring event notifications using object key name filtering".
describe('notifications of several owners', () => {
  const queue = {
    QueueConfigurations: [
      {
        Id: 'theirs',
        QueueArn: 'q',
        Events: ['s3:ObjectCreated:Put'],
        Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: 'in/' }] } },
      },
    ],
    EventBridgeConfiguration: {},
  };
  it('adds ours and carries everything else through', () => {
    const after = put(queue, configuration('out/', created));
    expect(after).toMatchObject(queue);
    expect(after.TopicConfigurations).toHaveLength(1);
    const left = notification.take({ document: after }, { bucket: 'b', configurations: [] }, by(), NOTHING_PLANNED);
    expect(left.live.document).toEqual(queue);
  });

  it.each([
    ['the same prefix', 'in/', created, ''],
    ['a prefix below', 'in/deep/', created, ''],
    ['no prefix', '', created, ''],
    ['any suffix below it', 'in/', created, '.mp4'],
  ])('refuses an overlap before the first write: %s', (_name, prefix, events, suffix) => {
    expect(() => put(queue, configuration(prefix, events, 'c', suffix))).toThrow(/overlap with theirs/);
  });

  it.each([
    ['another prefix', 'input/', created],
    ['other events', 'in/', ['s3:ObjectRemoved:*']],
  ])('takes what does not overlap: %s', (_name, prefix, events) => {
    expect(put(queue, configuration(prefix, events)).TopicConfigurations).toHaveLength(1);
  });

  it('refuses two connections that overlap, too', () => {
    const first = put({}, configuration('in/', created, 'other'));
    expect(() => put(first, configuration('in/', created))).toThrow(/overlap/);
  });

  it('is the same whatever the order of events and the spelling of rule names', () => {
    const a = { TopicConfigurations: [{ ...configuration('in/', ['x', 'y']) }] };
    const b = {
      TopicConfigurations: [
        { ...configuration('in/', ['y', 'x']), Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: 'in/' }] } } },
      ],
    };
    expect(notification.same({ document: a }, { document: b })).toBe(true);
    expect(notification.same({ document: a }, { document: {} })).toBe(false);
  });
});
