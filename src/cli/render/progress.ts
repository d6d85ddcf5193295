import type { EngineEvent } from '../../engine/types.js';
import type { CommandContext } from '../context.js';
import { plain } from './text.js';

/** Progress on stderr: a spinner at a terminal, lines for what matters elsewhere. */
export interface Progress {
  onEvent(event: EngineEvent): void;
  say(text: string): void;
  end(): void;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** What an event is worth on stderr; undefined for what only a spinner shows. */
export function eventLine(event: EngineEvent): string | undefined {
  switch (event.type) {
    case 'changed':
      return `${event.action} ${event.resource} ${event.id}`;
    case 'skipped':
      return `skipped ${event.resource} ${event.id}: ${event.why}`;
    case 'failed':
      return `failed ${event.resource} ${event.id}: ${event.error.message}`;
    case 'waiting':
      return event.ms === undefined ? undefined : `waited ${seconds(event.ms)} for ${event.for}`;
    default:
      return undefined;
  }
}

function spinnerText(event: EngineEvent): string | undefined {
  if (event.type === 'reading') return `reading ${event.resource} ${event.id}`;
  if (event.type === 'changing') return `${event.action} ${event.resource} ${event.id}`;
  if (event.type === 'waiting' && event.ms === undefined) return `waiting for ${event.for}`;
  return undefined;
}

/** Starts showing progress; the spinner's library is loaded at a terminal only. */
export async function startProgress(context: CommandContext, first: string): Promise<Progress> {
  if (!context.showsProgress) {
    return {
      onEvent: (event) => {
        const line = eventLine(event);
        if (line !== undefined) context.note(plain(line));
      },
      say: (text) => context.detail(plain(text)),
      end: () => {},
    };
  }
  const { default: yoctoSpinner } = await import('yocto-spinner');
  const spinner = yoctoSpinner({ text: first, stream: process.stderr, handleSignals: false }).start();
  return {
    onEvent: (event) => {
      const line = eventLine(event);
      if (line !== undefined) {
        spinner.clear();
        context.note(context.errorColours.dim(plain(line)));
      }
      const text = spinnerText(event);
      if (text !== undefined) spinner.text = plain(text);
    },
    say: (text) => {
      spinner.text = plain(text);
    },
    end: () => {
      spinner.stop();
    },
  };
}
