import { describe, expect, it } from 'vitest';
import { callerOf, isMeantBy } from '../../src/verify/caller.js';
import { chooseMode, isVerifier, type ModeInputs } from '../../src/verify/modes.js';

const who = (arn: string) => callerOf({ account: arn.split(':')[4] ?? '', arn, userId: 'AIDAEXAMPLE' });
const ADMIN = who('arn:aws:iam::111122223333:user/admin');
const ROOT = who('arn:aws:iam::111122223333:root');
const VENDOR = who('arn:aws:iam::630681592166:user/vendor');
const TASK = who('arn:aws:sts::111122223333:assumed-role/task/session');

const inputs = (more: Partial<ModeInputs>): ModeInputs => ({
  requested: 'auto',
  method: 'role',
  publicPlayback: false,
  caller: ADMIN,
  own: true,
  principals: [VENDOR.arn],
  verifiers: [],
  isTheRole: false,
  hasKeys: false,
  canAskForSelf: false,
  ...more,
});

describe('who is meant by a principal', () => {
  it.each([
    [VENDOR, VENDOR.arn, true],
    [VENDOR, 'arn:aws:iam::630681592166:root', true],
    [VENDOR, 'arn:aws:iam::630681592166:user/other', false],
    [VENDOR, 'arn:aws:iam::111122223333:root', false],
    [TASK, 'arn:aws:iam::111122223333:role/task', true],
    [TASK, 'arn:aws:iam::111122223333:role/service/task', true],
    [TASK, 'arn:aws:iam::444455556666:role/task', false],
    [ADMIN, 'arn:aws:iam::111122223333:role/admin', false],
  ])('%o by %s: %s', (caller, principal, meant) => {
    expect(isMeantBy(caller, principal)).toBe(meant);
  });
});

describe('auto', () => {
  it.each([
    ['the vendor', { caller: VENDOR, own: false }, 'assume'],
    ['a verifier', { verifiers: [ADMIN.arn] }, 'assume'],
    ['the customer at a terminal', { canAskForSelf: true }, 'self'],
    ['the root user at a terminal', { canAskForSelf: true, caller: ROOT }, 'simulate'],
    ['the customer without one', {}, 'simulate'],
    ['the granted principal', { method: 'bucket-policy', principals: [ADMIN.arn] }, 'direct'],
    ['another one', { method: 'bucket-policy' }, 'simulate'],
    ['the existing role itself', { method: 'existing-role', caller: TASK, isTheRole: true, principals: [] }, 'direct'],
    ['a user with its key', { method: 'user', hasKeys: true }, 'keys'],
    ['a user without its key', { method: 'user' }, 'simulate'],
    ['everybody', { method: 'anonymous', caller: undefined, own: false }, 'anonymous'],
  ] as const)('%s: %s is %s', (_, more, mode) => {
    const choice = chooseMode(inputs(more as Partial<ModeInputs>));
    expect(choice.mode).toBe(mode);
    expect(choice.why).not.toBe('');
  });

  it('knows a verifier from somebody whom the vendor statement lets in', () => {
    expect(isVerifier({ caller: ADMIN, principals: [], verifiers: [ADMIN.arn] })).toBe(true);
    expect(isVerifier({ caller: ADMIN, principals: [ADMIN.arn], verifiers: [ADMIN.arn] })).toBe(false);
  });
});

describe('--mode', () => {
  it.each([
    ['keys', { method: 'role' }],
    ['keys', { method: 'user' }],
    ['self', { method: 'user' }],
    ['self', { caller: ROOT }],
    ['direct', { method: 'role' }],
    ['direct', { method: 'bucket-policy' }],
    ['anonymous', { method: 'role' }],
    ['assume', { method: 'bucket-policy' }],
  ] as const)('%s is refused for %o', (requested, more) => {
    expect(() => chooseMode(inputs({ requested, ...more } as Partial<ModeInputs>))).toThrowError(
      expect.objectContaining({ code: 'BadUsage' }),
    );
  });

  it('simulate is for all', () => {
    for (const method of ['role', 'existing-role', 'bucket-policy', 'user', 'anonymous'] as const) {
      expect(chooseMode(inputs({ requested: 'simulate', method })).mode).toBe('simulate');
    }
  });
});
