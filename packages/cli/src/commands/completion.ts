import { Argument, Command, type Option } from 'commander';
import type { Cli } from '../cli.js';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** `completion SHELL`: a script that completes commands and their options, made from the commands themselves. */
export function completionCommand(cliOf: () => Cli): Command {
  const command: Command = new Command('completion')
    .description('prints a completion script for bash, zsh or fish')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      '\nExamples:\n  $ . <(longshore completion bash)\n  $ longshore completion zsh > ~/.zfunc/_longshore\n  $ longshore completion fish > ~/.config/fish/completions/longshore.fish',
    )
    .action((shell: Shell) => cliOf().terminal.out(completionScript(shell, rootOf(command))));
  return command;
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}

interface Place {
  /** The words that lead there: `context use`. */
  readonly path: string;
  readonly words: readonly string[];
  /** Its options that take a value, with what that may be; none named: anything, a file for example. */
  readonly valued: readonly ValuedOption[];
}

interface ValuedOption {
  readonly long: string;
  readonly choices: readonly string[];
}

/** Every command with what may follow it: its own commands, its options, and those of every command. */
function places(root: Command): readonly Place[] {
  const shared = longOptions(root);
  const walk = (command: Command, path: string): readonly Place[] => [
    {
      path,
      words: [
        ...command.commands.map((c) => c.name()),
        ...command.registeredArguments.flatMap((a) => a.argChoices ?? []),
        ...longOptions(command),
        ...(path === '' ? [] : shared),
      ],
      valued: valuedOptions(command),
    },
    ...command.commands.flatMap((c) => walk(c, path === '' ? c.name() : `${path} ${c.name()}`)),
  ];
  return walk(root, '');
}

function longOptions(command: Command): readonly string[] {
  return ['--help', ...command.options.filter((o) => !o.hidden).map((o) => o.long ?? '')].filter(Boolean);
}

function valuedOptions(command: Command): readonly ValuedOption[] {
  return command.options.flatMap((o) =>
    o.long && (o.required || o.optional) ? [{ long: o.long, choices: o.argChoices ?? [] }] : [],
  );
}

export function completionScript(shell: Shell, root: Command): string {
  const all = places(root);
  switch (shell) {
    case 'bash':
      return bash(all);
    case 'zsh':
      // zsh reads bash's way of completing; one script to keep right.
      return `#compdef longshore\nautoload -U +X bashcompinit && bashcompinit\n${bash(all)}`;
    case 'fish':
      return fish(root);
  }
}

function bash(all: readonly Place[]): string {
  const cases = all.map((p) => `    '${p.path}') words='${p.words.join(' ')}' ;;`).join('\n');
  const paths = all
    .filter((p) => p.path !== '')
    .map((p) => `'${p.path}'`)
    .join('|');
  const valued = [...new Set(all.flatMap((p) => p.valued.map((o) => o.long)))].join('|');
  return `_longshore() {
  local word words='' path='' next before='' this=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [ "$word" = = ] && continue
    case $before in ${valued}) before=''; continue ;; esac
    before=$word
    next=\${path:+$path }$word
    case $next in ${paths}) path=$next ;; esac
  done
  [ "$this" = = ] && this=''
  case $before in
    ${valued})
      case "$path $before" in
${valueCases(all)}
      esac ;;
    *)
      case $path in
${cases}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$this"))
}
complete -o default -F _longshore longshore
`;
}

/** A command's own options before those of every command, as the first that fits is taken. */
function valueCases(all: readonly Place[]): string {
  const named = ({ path, valued }: Place): readonly string[] =>
    valued
      .filter((o) => o.choices.length > 0)
      .map((o) => `${path === '' ? '*' : `'${path}'`}' ${o.long}') words='${o.choices.join(' ')}' ;;`);
  const [root, ...commands] = all;
  return [...commands.flatMap(named), ...(root ? named(root) : [])]
    .map((line) => `        ${line}`)
    .join('\n');
}

function fish(root: Command): string {
  const lines = ['complete -c longshore -f'];
  const said = (text: string): string => text.replaceAll("'", "\\'").split('\n')[0] ?? '';
  for (const option of root.options)
    if (option.long)
      lines.push(
        `complete -c longshore -l ${option.long.slice(2)}${fishValue(option)} -d '${said(option.description)}'`,
      );
  for (const command of root.commands) {
    const name = command.name();
    lines.push(
      `complete -c longshore -n __fish_use_subcommand -a ${name} -d '${said(command.description())}'`,
      ...command.commands.map(
        (c) =>
          `complete -c longshore -n '__fish_seen_subcommand_from ${name}' -a ${c.name()} -d '${said(c.description())}'`,
      ),
      ...command.options
        .filter((o) => !o.hidden && o.long)
        .map(
          (o) =>
            `complete -c longshore -n '__fish_seen_subcommand_from ${name}' -l ${o.long?.slice(2) ?? ''}${fishValue(o)} -d '${said(o.description)}'`,
        ),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** What follows an option: one of its choices, or anything, a file for example. */
function fishValue(option: Option): string {
  if (!option.required && !option.optional) return '';
  return option.argChoices ? ` -x -a '${option.argChoices.join(' ')}'` : ' -r -F';
}
