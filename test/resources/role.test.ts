import { describe, expect, it } from 'vitest';
import type { RoleRecord } from '../../src/aws/ports.js';
import { ownerOf, TAG_ADOPTED, TAG_CONNECTION } from '../../src/connection/owner.js';
import { GENERATED_EXTERNAL_ID } from '../../src/connection/types.js';
import type { Statement } from '../../src/policy/types.js';
import { role } from '../../src/resources/role.js';
import { ACCOUNT, by, NOTHING_PLANNED } from './contributor.js';

const { mark } = ownerOf(null, 'c');
function trust(id: string): Statement {
  return {
    Sid: `${mark}Trust`,
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::444455556666:role/vendor' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': id } },
  };
}
const foreign: Statement = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
const desired = {
  name: 'r',
  path: '/',
  description: undefined,
  permissionsBoundary: undefined,
  maxSessionDuration: undefined,
  tags: { team: 'media' },
  statements: [trust('one-two-three')],
};
function live(tags: Record<string, string>, ...statements: Statement[]): { role: RoleRecord } {
  const { statements: _own, ...rest } = desired;
  return {
    role: {
      ...rest,
      arn: `arn:aws:iam::${ACCOUNT}:role/r`,
      tags,
      trustPolicy: { Version: '2012-10-17', Statement: statements },
    },
  };
}

describe('a role', () => {
  it('that we made is ours whole: a foreign statement shows as a change', () => {
    const before = live({ [TAG_CONNECTION]: 'c' }, trust('one-two-three'), foreign);
    const after = role.put(before, desired, by());
    expect(after.role?.trustPolicy.Statement).toEqual(desired.statements);
    expect(role.same(before, after)).toBe(false);
  });

  it('without our mark is refused with a hint at --adopt', () => {
    expect(() => role.put(live({}, foreign), desired, by())).toThrow(
      expect.objectContaining({ code: 'NotOurs', hint: expect.stringContaining('--adopt') }),
    );
  });

  it('of another connection is refused even with --adopt', () => {
    const other = live({ [TAG_CONNECTION]: 'other' }, foreign);
    expect(() => role.put(other, desired, by('c', { adopt: true }))).toThrow(
      expect.objectContaining({ code: 'NotOurs' }),
    );
  });

  it('that is adopted keeps what it has, and is given back as it was', () => {
    const before = live({ mine: 'yes' }, foreign);
    const adopted = role.put(before, desired, by('c', { adopt: true }));
    expect(adopted.role?.tags).toMatchObject({ mine: 'yes', [TAG_ADOPTED]: 'true' });
    expect(adopted.role?.trustPolicy.Statement).toEqual([foreign, ...desired.statements]);
    expect(role.findings?.(before, adopted, desired, by())?.[0]).toMatchObject({ id: 'adopted-role-trusts-others' });
    expect(role.same(role.take(adopted, desired, by(), NOTHING_PLANNED).live, before)).toBe(true);
  });

  it('that is not ours is left by destroy, with a word', () => {
    const before = live({}, foreign);
    expect(role.take(before, desired, by(), NOTHING_PLANNED)).toMatchObject({ live: before, foreign: true });
  });

  it('shows a principal that was deleted as a difference to repair (IAM User Guide, "Principal")', () => {
    const orphan = { ...trust('one-two-three'), Principal: { AWS: 'AROAEXAMPLEEXAMPLEEX' } };
    const before = live({ [TAG_CONNECTION]: 'c' }, orphan);
    expect(role.same(before, role.put(before, desired, by()))).toBe(false);
  });

  it('keeps a boundary and a description that the file does not set', () => {
    const before = {
      role: { ...live({ [TAG_CONNECTION]: 'c' }, ...desired.statements).role, permissionsBoundary: 'arn:b' },
    };
    expect(role.put(before, desired, by()).role?.permissionsBoundary).toBe('arn:b');
  });

  it('whose path differs cannot be changed to it', () => {
    const before = live({ [TAG_CONNECTION]: 'c' }, ...desired.statements);
    expect(() => role.put(before, { ...desired, path: '/media/' }, by())).toThrow(
      expect.objectContaining({ code: 'BadValue' }),
    );
  });

  it('gets its random external ID only when it is written', () => {
    const planned = role.put({ role: undefined }, { ...desired, statements: [trust(GENERATED_EXTERNAL_ID)] }, by());
    expect(JSON.stringify(planned)).toContain(GENERATED_EXTERNAL_ID);
    const settled = role.settle?.(planned, () => 'f'.repeat(32));
    expect(role.learn?.(settled ?? planned, desired, by())).toEqual({ liveExternalIds: ['f'.repeat(32)] });
  });

  it('whose trust policy outgrows its budget says by how much (IAM User Guide, "IAM and AWS STS quotas")', () => {
    const statements = Array.from({ length: 40 }, (_, i) => ({
      ...trust(`external-id-number-${i}`),
      Sid: `${mark}Trust${i}`,
    }));
    expect(() => role.put({ role: undefined }, { ...desired, statements }, by())).toThrow(
      expect.objectContaining({ code: 'TooLarge' }),
    );
  });
});
