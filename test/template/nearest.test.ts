import { describe, expect, it } from 'vitest';
import { closestOf, nearest } from '../../src/template/nearest.js';

const TEMPLATES = [
  'accurate-video',
  'bitmovin-analytics-output',
  'bitmovin-encoding-input',
  'coactive',
  'generic-read',
  'videsk',
];

describe('nearest', () => {
  it.each([
    ['coactiv', 'coactive'],
    ['Coactive', 'coactive'],
    ['vidsek', 'videsk'],
    ['bitmovn', 'bitmovin-analytics-output'],
    ['encoding-input', 'bitmovin-encoding-input'],
    ['accuratevideo', 'accurate-video'],
  ])('%s means %s', (word, meant) => {
    expect(nearest(word, TEMPLATES)).toBe(meant);
  });

  it('says nothing where nothing is near', () => {
    expect(nearest('snowflake', TEMPLATES)).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
  });

  it('always has a closest one for a key', () => {
    expect(closestOf('origins', ['maxAgeSeconds', 'allowedOrigins'])).toBe('allowedOrigins');
    expect(closestOf('zzz', ['name'])).toBe('name');
  });
});
