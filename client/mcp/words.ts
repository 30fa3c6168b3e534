import type { OperationName } from '../../services/contract/contract.ts'
import { artifactList, artifactRead } from './words/artifact.ts'
import {
  commandCancel,
  commandInfo,
  commandInput,
  commandRerun,
  commandRun,
  sessionCommands,
} from './words/command.ts'
import {
  debugBreak,
  debugContinue,
  debugControl,
  debugEngines,
  debugEvaluate,
  debugLaunch,
  debugList,
  debugNext,
  debugOutput,
  debugPause,
  debugReplay,
  debugRerun,
  debugRestart,
  debugScopes,
  debugStack,
  debugStatus,
  debugStepBack,
  debugStepIn,
  debugStepOut,
  debugTerminate,
  debugThreads,
  debugTranscript,
  debugUntil,
  debugVariables,
  debugViewers,
} from './words/debug.ts'
import { debugRecorded, diffStops, runToFailure, traceCalls, watchValues } from './words/debug-above.ts'
import {
  debugDisassemble,
  debugException,
  debugMemory,
  debugModules,
  debugSet,
  debugSource,
  debugSources,
  debugWriteMemory,
} from './words/debug-inspection.ts'
import { repositoryInit, repositoryList } from './words/repository.ts'
import {
  sessionCreate,
  sessionDelete,
  sessionGetOrCreate,
  sessionInfo,
  sessionList,
  sessionLogs,
  sessionResume,
  sessionStop,
} from './words/session.ts'
import type { McpName, Words } from './words/words.ts'

/** The words of every operation that the contract gives to MCP; one that is missing does not compile. */
export const words: { readonly [Name in McpName]: Words<Name> } = {
  'repositories.add': repositoryInit,
  'repositories.list': repositoryList,
  'sessions.create': sessionCreate,
  'sessions.get_or_create': sessionGetOrCreate,
  'sessions.list': sessionList,
  'sessions.get': sessionInfo,
  'sessions.logs': sessionLogs,
  'sessions.stop': sessionStop,
  'sessions.resume': sessionResume,
  'sessions.delete': sessionDelete,
  'commands.run': commandRun,
  'commands.list': sessionCommands,
  'commands.get': commandInfo,
  'commands.cancel': commandCancel,
  'commands.rerun': commandRerun,
  'commands.input': commandInput,
  'artifacts.list': artifactList,
  'artifacts.download': artifactRead,
  'debug.engines': debugEngines,
  'debug.launch': debugLaunch,
  'debug.run_to_failure': runToFailure,
  'debug.trace': traceCalls,
  'debug.watch': watchValues,
  'debug.recorded': debugRecorded,
  'debug.diff': diffStops,
  'debug.list': debugList,
  'debug.status': debugStatus,
  'debug.break': debugBreak,
  'debug.continue': debugContinue,
  'debug.next': debugNext,
  'debug.step_in': debugStepIn,
  'debug.step_out': debugStepOut,
  'debug.step_back': debugStepBack,
  'debug.until': debugUntil,
  'debug.pause': debugPause,
  'debug.threads': debugThreads,
  'debug.stack': debugStack,
  'debug.scopes': debugScopes,
  'debug.variables': debugVariables,
  'debug.evaluate': debugEvaluate,
  'debug.set': debugSet,
  'debug.source': debugSource,
  'debug.sources': debugSources,
  'debug.modules': debugModules,
  'debug.exception': debugException,
  'debug.disassemble': debugDisassemble,
  'debug.memory': debugMemory,
  'debug.write_memory': debugWriteMemory,
  'debug.output': debugOutput,
  'debug.restart': debugRestart,
  'debug.rerun': debugRerun,
  'debug.terminate': debugTerminate,
  'debug.control': debugControl,
  'debug.viewers': debugViewers,
  'debug.transcript': debugTranscript,
  'debug.replay': debugReplay,
}

export const isForMcp = (name: OperationName): name is McpName => Object.hasOwn(words, name)

/** What a model is told of the whole. */
export const instructions = `Debug Server runs and debugs git repositories in sessions: worktrees at a commit, with an optional patch.
Register a repository once with repository_init, open a session with session_create, run commands in it with command_run and read what they write with session_logs. To stop in running Python code use debug_launch with breakpoints, read it with debug_variables, debug_stack and debug_evaluate, step with debug_next, try a fix with debug_rerun, and end with debug_terminate.
A session is named by its id, by a unique beginning of it, or, for your latest one, by @last.
Results are at most 8 KB. One that has a cursor has more: call the same tool with that cursor.`
