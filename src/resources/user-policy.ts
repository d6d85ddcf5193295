import { type InlineLive, putInline, readUser, sameInline, takeInline } from './inline-policy.js';
import type { ResourceKind } from './kind.js';

/** Inline policies of users (IAM API Reference, PutUserPolicy). */
export const userPolicy: ResourceKind<'user-policy', InlineLive> = {
  type: 'user-policy',
  shared: false,
  identify: (desired) => `${desired.user}/${desired.name}`,
  dependsOn: () => [{ kind: 'user' }],
  async read(desired, reader) {
    const [user, document] = await Promise.all([
      readUser(reader, desired.user),
      reader.once(`GetUserPolicy ${desired.user}/${desired.name}`, (ports) =>
        ports.iam.getUserPolicy(desired.user, desired.name),
      ),
    ]);
    return { document, tags: user?.tags };
  },
  refresh: async (live, desired, { ports }) => ({
    ...live,
    document: await ports.iam.getUserPolicy(desired.user, desired.name),
  }),
  put: (live, desired, by) =>
    putInline(live, desired.statements, by, {
      existing: false,
      budget: 'user',
      name: `The inline policy ${desired.name} of user ${desired.user}`,
    }),
  take: (live, _desired, by) => takeInline(live, by, false),
  show: (live) => live.document ?? null,
  same: sameInline,
  async write(_before, after, desired, { iam }) {
    if (after.document === undefined) await iam.deleteUserPolicy(desired.user, desired.name);
    else await iam.putUserPolicy(desired.user, desired.name, after.document);
  },
  documents: (live) => (live.document === undefined ? [] : [{ kind: 'identity', document: live.document }]),
};
