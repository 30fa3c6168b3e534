/**
 * Which tests show what a row of the map in docs/smoke.md says, by what stands first in the row: words of their titles. Each file that a row
 * names has one of them at least.
 */
const faults = 'says why, and leaves nothing'
const passes = 'a source that does as it should passes, leaves its evidence, and nothing else'
const refused = 'what is not there is refused before anything is done'
const reused = 'a workspace that was bootstrapped is used again, with its ports'
const place = 'what becomes of a place follows from what is there and what was asked for'
const phases = 'a run has the phases that were asked for, in one order'
const meaningless = 'what has no meaning here is refused with the reason, wherever it is said'
const said = 'flags come from SMOKE_ARGS, the command line and what follows "--"'
const stages = 'the stages of this repository are passed by who follows their script'
const recorded = 'has printed passes, and nothing that is less than that'
const wrong = 'whatever an agent does otherwise at a real gateway is told, with the reason'
const listening = 'whoever listens is left alone: another port is taken'
const personal = 'everything personal lies in the workspace, and no credential comes along'
const signIn = 'what a person is signed in with is in nothing that is left'
const own = 'another repository has its own stages done, by its own Taskfile'
const broken = 'a commit that breaks this project fails where it is broken'
const kept = 'the logs of this run are kept without secrets'
const killed = 'killed at any moment, it leaves no process and no workspace'
const told = 'whoever comes next tells of a run that was killed'
const daemon = "PM2's daemon is stopped: status says whom to end"
const diagnosis = 'it ends in time, leaves nothing that it has started, and shows no secret'

export const flagTests: Readonly<Record<string, readonly string[]>> = {
  '`--source`': [refused, 'a clone of an address is looked at against what that has now'],
  '`--workspace`': [place, reused, 'who moves in marks the place for its owner alone'],
  'refused below `/mnt/DRIVE`': ['a place that holds something else, or cannot hold sockets, is refused'],
  '`--reuse-workspace`, `--no-reuse-workspace`': [place, reused],
  '`--keep-workspace`': [
    'where the harness is killed, its keeper ends its processes and moves out',
    'killed at work, a run leaves no sign-in in a workspace that is kept',
  ],
  '`--force-workspace`, which needed `--no-reuse-workspace` beside it': [
    place,
    'what took the place of a workspace meanwhile is removed only by who was told to',
  ],
  "`--force-outdated`; git's errors were none": [
    reused,
    'a clone of an address is looked at against what that has now',
  ],
  '`--force-bootstrap`, over the old clone': [reused],
  '`--bootstrap-only`, which restarted the services': [reused, phases],
  '`--no-bootstrap-build`': [meaningless],
  '`--skip-bootstrap`: marker, clone, `.env`, proxy': [
    reused,
    'flags that contradict each other are all named, each with what to do',
  ],
  '`--cleanup-only`, with `--workspace` or without': [
    '--cleanup-only removes what it is told to',
    'two at once, one of which cleans up, do not disturb each other',
  ],
  '`--plan-only`, which removed and wrote': [reused, refused],
  '`--codex-cli`, looked for before the stages': [refused, 'Codex is fetched into the workspace'],
  '`--codex-home`, copied with sessions and servers': [
    'of a home sign-in and model are mirrored, for the owner alone',
    signIn,
  ],
  '`--capture-debug-tools`': [
    'what the proxy wrote in a stage is kept, calls apart, though the stage fails',
    'a call is told with what was given and what came of it',
  ],
  '`--capture-diag-logs`, `--force-no-logs`': [meaningless, diagnosis],
  "`--restart-timeout`, which a grandchild's pipe held up": [
    'a start that hangs is ended in time, though a grandchild keeps the pipe',
  ],
  '`--restart-retries`': ['a start that hangs is ended in time, though a grandchild keeps the pipe'],
  '`--heartbeat-timeout`, which lost the evidence': ['a phase that says nothing is ended, and told'],
  '`--pm2-kill`, `--no-pm2-kill`': [reused, passes],
  '`--no-port-kill`; whoever listened was killed': [
    'what an earlier run has left running here is ended, or left where that was asked for',
    listening,
  ],
  '`--port`': [listening, said],
  '`--pytest-scope`': [said, phases],
  '`--proxy-source`, `--wrapper-release`, `--go-flags`, `--gomaxprocs`, `--python-bin`': [meaningless],
  '`make smoke SMOKE_ARGS=…`': [said],
}

export const stepTests: Readonly<Record<string, readonly string[]>> = {
  'leftovers removed in the beginning, live ones and in a dry run too': [
    'stale are those that nobody is at work in',
    'two at once, one of which cleans up, do not disturb each other',
    reused,
  ],
  'prefix and marker': ['stale are those that nobody is at work in', 'who moves in marks the place'],
  'clone of the repository and of its proxy': [passes],
  'disposable `.env`, config home, `.pm2`': [personal, daemon],
  'pytest into `python-site/`, without PIP_REQUIRE_VIRTUALENV': [personal, passes],
  "the source's Python, for the clone as well": ['a clone is installed by the Node of this host'],
  'starter bundle with `--no-restart`': [faults, passes],
  'a client repository': [own, passes],
  'a high port at random, free or not': [listening],
  'whoever listened there was killed': [listening, 'who takes the port of a run in the last moment keeps it'],
  'restart and a probe of `/mcp`': [passes, faults, broken],
  '`tests/test_repo_sanitized.py`': [
    'the part of the walk that spoils fields is there',
    'no room imports what it may not',
  ],
  '`CODEX_HOME`, CODEX_API_KEY exported to all': [signIn, personal],
  '`codex exec --json …` in the client repository, no wrapper': [
    'its home and its temporary files lie where those of the harness do',
    'Codex calls the tools of a script, and the script hears what they say',
  ],
  'which Codex it was, in the log': [passes, refused, faults],
  'stage `bundle-tools`: `tools/list`, `workspace_fs_read`, `grep`, `manage_stelae`; what failed passed': [
    stages,
    recorded,
    'it calls in order, with what came back before, and is judged like any other',
    broken,
  ],
  'stages `install` and `remove`, dry runs': [
    'a server that is still there, or an error beside an "ok", is no success',
    recorded,
    'a server that is installed over MCP can be called at once, and is gone when it is removed',
  ],
  'nothing was debugged': [stages, recorded],
  'any order, any server, exit code 0': [
    'each way to fool a harness has its reason',
    'one that exits with 0 after calls that failed has failed',
    recorded,
    wrong,
  ],
  'an agent could write what it liked into the client repository': [wrong],
  'transcripts parsed by one reader, over stderr too': [
    recorded,
    'what it did is judged as that of any other agent',
    'one that dies leaves what it said, and how it died',
    'events are read strictly, and a run that a signal ended tells no end',
  ],
  'limits for a restart and for silence': [
    'all phases together have a deadline, which is what each may take',
    'what does not come to its end is given up with its name',
    'a phase that takes longer than its deadline is ended',
  ],
  'the whole suite with `full`': [phases, faults],
  '`make verify-clean`': [
    'changed, new and tracked generated files are all named',
    'a gateway that is up is asked for drift',
    faults,
  ],
  '`git status` after some steps': [faults, broken],
  'nothing of what lies outside': [
    faults,
    'what has changed outside is told of a run that fails for something else, too',
    'content, modes, links, what is new and what is gone are seen, and nothing else',
    'what is open for a while is told, with who opened it and in which phase',
  ],
  'SIGINT 130, SIGTERM 143, not while a child hung': [
    'keeps its evidence and leaves nothing',
    'runs are ended at any moment',
  ],
  'killed outright, it left processes and workspace, and said nothing': [
    killed,
    told,
    'where the harness is killed, its keeper ends its processes and moves out',
  ],
  '`pm2 kill` in the end': [
    'who has escaped all else is known by the group, and killed with it',
    faults,
    passes,
    killed,
  ],
  'a failed run kept its workspace': [passes, faults],
  'intended catalogs, watchdog, tunnels': ['the starter bundle has tools by the names that agents know'],
}

export const leftTests: Readonly<Record<string, readonly string[]>> = {
  '`config-home/`': [personal],
  '`.pm2/`': [personal, daemon],
  '`codex-home/`': ['killed at work, a run leaves no sign-in in a workspace that is kept'],
  '`client-repo/`': [own],
  '`codex-transcripts/STAGE.jsonl`, lost where Codex failed': [
    own,
    'one that dies leaves what it said, and how it died',
    signIn,
  ],
  '`harness.log`, gone with the workspace, or left without it': [passes, kept],
  '`logs/e2e-smoke/TIME/`, `dev/logs/harness/`': [
    'each run has a directory of its own, and the oldest go',
    passes,
  ],
  '`streamable_tool_debug.log`, `tool_aggregator_debug.log`': ['what the proxy wrote in a stage is kept'],
  '`pm2 status`, tails of logs that were elsewhere': [
    'a phase that says nothing is ended, and told with how things stood',
    diagnosis,
    kept,
  ],
  'secrets as they came': [kept, signIn, diagnosis],
  'nothing for programs': [passes, 'how each phase went is read from the events of the engine', faults],
  'errors named logs that went with the workspace': [
    'a log that goes with the workspace is named where it is kept',
    faults,
  ],
  'nothing told of a run that was killed': [
    killed,
    told,
    'what was found after the phases is a case of its own, and a run that was cut off has its phases',
  ],
}
