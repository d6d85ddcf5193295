import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { PutBucketCorsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runJson, tempFolder } from '../helpers/cli.js';
import { runHere } from '../helpers/in-process.js';
import { pageServer, redirectServer } from '../helpers/pages.js';
import { type TestSandbox, testSandbox } from '../helpers/sandbox.js';
import { silentWav } from '../helpers/wav.js';

// Fetch standard, "CORS protocol" and "HTTP-redirect fetch": after a redirect from one foreign origin to another a
// request carries the origin `null`. Amazon S3 User Guide, "Elements of a CORS configuration": the first rule that
// matches the origin, the method and the headers decides.
const CHROMIUM = '/usr/bin/chromium';
const BUCKET = 'acme-proxies';
const KEY = 'av/proxy.wav';
const SOMEBODY = 'https://somebody.example';

type Server = Awaited<ReturnType<typeof pageServer>>;
interface Row {
  readonly id: string;
  readonly ok: boolean | null;
  readonly foreign?: true;
}

/** What a page got: a player's element, a byte range of a script, and a request that needs a preflight. */
interface Loaded {
  readonly media: boolean;
  readonly range: {
    readonly status: number;
    readonly contentRange: string | null;
    readonly etag: string | null;
  } | null;
  readonly preflighted: boolean;
}
const NOTHING: Loaded = { media: false, range: null, preflighted: false };
/** The template exposes Content-Range; the ETag stays hidden unless the connection asks for it. */
const ALL: Loaded = {
  media: true,
  range: { status: 206, contentRange: 'bytes 0-43/8044', etag: null },
  preflighted: true,
};

if (!existsSync(CHROMIUM)) console.warn(`${CHROMIUM} is missing: the tests with a browser are skipped`);

describe.skipIf(!existsSync(CHROMIUM))('a page on another origin, in Chromium', () => {
  let sandbox: TestSandbox;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let browser: Browser;
  let page: Server;
  let foreignPage: Server;
  let redirect: Server;
  let s3: S3Client;
  let tabs: { readonly own: Page; readonly redirected: Page; readonly foreign: Page };
  let addresses = 0;

  beforeAll(async () => {
    sandbox = await testSandbox();
    folder = await tempFolder();
    [page, foreignPage, redirect] = await Promise.all([pageServer(), pageServer(), redirectServer()]);
    // launch() makes a profile of its own in a new folder each time.
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const [own, redirected, foreign] = await Promise.all([page, page, foreignPage].map(({ origin }) => open(origin)));
    tabs = { own: own!, redirected: redirected!, foreign: foreign! };
    await declare('s3connect.json', [page.origin]);
    s3 = new S3Client({
      endpoint: sandbox.endpoint,
      region: sandbox.region,
      forcePathStyle: true,
      credentials: {
        accessKeyId: sandbox.env.AWS_ACCESS_KEY_ID!,
        secretAccessKey: sandbox.env.AWS_SECRET_ACCESS_KEY!,
      },
    });
    await apply('s3connect.json');
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body: silentWav(), ContentType: 'audio/wav' }));
  });

  afterAll(async () => {
    s3?.destroy();
    await browser?.close();
    await Promise.all([page, foreignPage, redirect].map((server) => server?.close()));
    await sandbox?.close();
    await folder?.remove();
  });

  /** Accurate.Video with a key: the bucket stays private, and the player gets addresses that are signed. */
  const declare = (file: string, allowedOrigins: readonly string[], more: Readonly<Record<string, unknown>> = {}) =>
    writeFile(
      join(folder.path, file),
      JSON.stringify({
        connections: {
          av: {
            template: 'accurate-video',
            method: 'user',
            buckets: [
              { name: BUCKET, access: 'input', prefix: 'av/', create: true, cors: { allowedOrigins, ...more } },
            ],
          },
        },
      }),
    );

  const apply = async (file: string) => {
    const options = { cwd: folder.path, env: { ...sandbox.env, XDG_STATE_HOME: folder.path } };
    const { code, stdout, stderr } = await runHere(['apply', '--yes', '-f', file], options);
    expect(code, stdout + stderr).toBe(0);
  };

  /** A GET that is signed for whoever has the address, as players get them; each anew, so that no cache answers. */
  const signed = async (): Promise<string> => {
    const { hostname, port } = new URL(sandbox.endpoint);
    const signer = new SignatureV4({
      service: 's3',
      region: sandbox.region,
      sha256: Sha256,
      uriEscapePath: false,
      credentials: {
        accessKeyId: sandbox.env.AWS_ACCESS_KEY_ID!,
        secretAccessKey: sandbox.env.AWS_SECRET_ACCESS_KEY!,
      },
    });
    const request = await signer.presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname,
        port: Number(port),
        path: `/${BUCKET}/${KEY}`,
        query: {},
        headers: { host: `${hostname}:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { expiresIn: 600 + addresses++, unhoistableHeaders: new Set() },
    );
    return `${sandbox.endpoint}${request.path}?${new URLSearchParams(request.query as Record<string, string>)}`;
  };

  const redirected = (to: string): string => `${redirect.origin}/?to=${encodeURIComponent(to)}`;

  const open = async (origin: string): Promise<Page> => {
    const tab = await browser.newPage();
    await tab.goto(origin);
    return tab;
  };
  const load = (tab: Page, address: string) => tab.evaluate<Loaded>(`load(${JSON.stringify(address)})`);

  /** The page itself, after a redirect, and a page that isn't meant; with what `cors check` says of the same rules. */
  const compare = async (file: string) => {
    const address = await signed();
    const [own, ownRedirected, foreign, check] = await Promise.all([
      load(tabs.own, address),
      load(tabs.redirected, redirected(address)),
      load(tabs.foreign, address),
      runJson<{ checks: readonly Row[] }>(['cors', 'check', '--wait', '0', '-f', file], {
        cwd: folder.path,
        env: sandbox.env,
      }),
    ]);
    const row = (id: string) => check.json.checks.find((each) => each.id === id);
    return {
      own,
      ownRedirected,
      foreign,
      code: check.code,
      ids: check.json.checks.map((each) => each.id),
      says: {
        own: row(`cors:${BUCKET}:${page.origin}`)?.ok,
        null: row(`cors:${BUCKET}:null`)?.ok,
        anybody: row(`cors:${BUCKET}:*`)?.ok,
        foreign: row(`cors.foreign-origin:${BUCKET}`),
      },
    };
  };

  const rules = (...origins: readonly (readonly string[])[]) =>
    s3.send(
      new PutBucketCorsCommand({
        Bucket: BUCKET,
        CORSConfiguration: {
          CORSRules: origins.map((AllowedOrigins) => ({
            AllowedOrigins: [...AllowedOrigins],
            AllowedMethods: ['GET', 'HEAD'],
            AllowedHeaders: ['*'],
            ExposeHeaders: ['Content-Range'],
          })),
        },
      }),
    );

  it("loads when the template's rule names its origin, after a redirect too, and no other page does", async () => {
    const got = await compare('s3connect.json');
    expect(got).toMatchObject({ own: ALL, ownRedirected: ALL, foreign: NOTHING });
    expect(got).toMatchObject({ code: 0, says: { own: true, null: true, foreign: { ok: true } } });
  });

  it('fails when the rule is for another origin, where a redirect still gets through as null', async () => {
    await declare('other.json', [SOMEBODY]);
    await apply('other.json');
    const got = await compare('s3connect.json');
    expect(got).toMatchObject({ own: NOTHING, ownRedirected: ALL, foreign: NOTHING });
    expect(got).toMatchObject({ code: 1, says: { own: false, null: true, foreign: { ok: true } } });
  });

  it('fails after a redirect when the rule does not name null', async () => {
    await rules([page.origin]);
    const got = await compare('s3connect.json');
    expect(got).toMatchObject({ own: ALL, ownRedirected: NOTHING, foreign: NOTHING });
    expect(got).toMatchObject({ code: 1, says: { own: true, null: false, foreign: { ok: true } } });
  });

  it('fails everywhere without rules for it', async () => {
    await rules([SOMEBODY]);
    const got = await compare('s3connect.json');
    expect(got).toMatchObject({ own: NOTHING, ownRedirected: NOTHING, foreign: NOTHING });
    expect(got).toMatchObject({ code: 1, says: { own: false, null: false } });
  });

  it('loads from anywhere when the rule says *', async () => {
    await declare('anybody.json', ['*']);
    await apply('anybody.json');
    const got = await compare('anybody.json');
    expect(got).toMatchObject({ own: ALL, ownRedirected: ALL, foreign: ALL });
    expect(got).toMatchObject({ code: 0, ids: [`cors:${BUCKET}:*`], says: { anybody: true } });
  });

  it("loads anywhere through somebody else's rule, which the check warns of", async () => {
    await rules([page.origin, 'null'], ['*']);
    const got = await compare('s3connect.json');
    expect(got).toMatchObject({ own: ALL, ownRedirected: ALL, foreign: ALL });
    expect(got).toMatchObject({ code: 0, says: { own: true, null: true, foreign: { ok: false, foreign: true } } });
  });

  it('sees the headers that the rule exposes, and the check misses those that it does not', async () => {
    await declare('etag.json', [page.origin], { exposeHeaders: ['Content-Range', 'ETag'] });
    await apply('etag.json');
    const exposed = await compare('etag.json');
    expect(exposed.own.range).toMatchObject({
      contentRange: 'bytes 0-43/8044',
      etag: expect.stringMatching(/^"\w+"$/),
    });
    expect(exposed).toMatchObject({ code: 0, says: { own: true, null: true } });

    await rules([page.origin, 'null']);
    const hidden = await compare('etag.json');
    expect(hidden).toMatchObject({ own: ALL, code: 1, says: { own: false, null: false } });
  });
});
