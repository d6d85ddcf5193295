import type { RunCommand } from '../context.js';
import { GLOBAL_FLAGS } from '../declarations/flags.js';
import { COMMANDS } from '../declarations/index.js';
import type { FlagDeclaration } from '../declarations/types.js';

const SHELLS = ['bash', 'zsh', 'fish'];

/** `completion`: a script that completes commands and flags, made from their declarations. */
export const run: RunCommand = async (context, [shell = '']) => {
  if (!SHELLS.includes(shell))
    context.fail(`There is no completion for '${shell}'.`, 'shell', `Use ${SHELLS.join(', ')}.`);
  const script = { bash, zsh, fish }[shell as 'bash' | 'zsh' | 'fish']();
  context.emit({ shell, script }, () => script);
  return 0;
};

const long = ({ flags }: FlagDeclaration): string => /--[a-z-]+/.exec(flags)![0];

const globals = (): string => [...GLOBAL_FLAGS.map(long), '--help', '--version'].join(' ');

/** Words that may follow a path of commands: '' is the program itself. */
function words(): ReadonlyMap<string, string> {
  const next = new Map<string, Set<string>>();
  const add = (path: string, word: string) => {
    const known = next.get(path) ?? new Set();
    next.set(path, known.add(word));
  };
  for (const { name, flags = [] } of COMMANDS) {
    const parts = name.split(' ');
    parts.forEach((part, index) => {
      add(parts.slice(0, index).join(' '), part);
    });
    for (const each of flags) add(name, long(each));
    if (name === 'completion') for (const shell of SHELLS) add(name, shell);
  }
  return new Map([...next].map(([path, set]) => [path, [...set].join(' ')]));
}

function cases(): string {
  return [...words()].map(([path, list]) => `    '${path}') words='${list}' ;;`).join('\n');
}

function bash(): string {
  return `# s3connect completion for bash: source <(s3connect completion bash)
_s3connect() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' word words=''
  local groups=' ${groupNames().join(' ')} '
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) continue ;; esac
    if [ -z "$path" ]; then path="$word"
    elif [ "\${path%% *}" = "$path" ] && [[ "$groups" == *" $path "* ]]; then path="$path $word"
    fi
  done
  case "$path" in
${cases()}
  esac
  COMPREPLY=($(compgen -W "$words ${globals()}" -- "$current"))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _s3connect s3connect
`;
}

function zsh(): string {
  return `#compdef s3connect
# s3connect completion for zsh: source <(s3connect completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash()}`;
}

function fish(): string {
  const lines = ['# s3connect completion for fish: s3connect completion fish | source'];
  const quote = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const top = new Set<string>();
  for (const { name, summary, flags = [] } of COMMANDS) {
    const [first = '', second] = name.split(' ');
    if (second === undefined) {
      lines.push(`complete -c s3connect -n __fish_use_subcommand -a ${first} -d ${quote(summary)}`);
    } else {
      if (!top.has(first)) lines.push(`complete -c s3connect -n __fish_use_subcommand -a ${first}`);
      top.add(first);
      lines.push(`complete -c s3connect -n '__fish_seen_subcommand_from ${first}' -a ${second} -d ${quote(summary)}`);
    }
    const seen = second === undefined ? first : `${first}; and __fish_seen_subcommand_from ${second}`;
    for (const each of flags) {
      lines.push(
        `complete -c s3connect -n '__fish_seen_subcommand_from ${seen}' -l ${long(each).slice(2)} -d ${quote(each.does)}`,
      );
    }
  }
  for (const each of GLOBAL_FLAGS) lines.push(`complete -c s3connect -l ${long(each).slice(2)} -d ${quote(each.does)}`);
  return `${lines.join('\n')}\n`;
}

function groupNames(): readonly string[] {
  return [...new Set(COMMANDS.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0]!))];
}
