import { join } from 'node:path'
import { z } from 'zod'
import type { AgentStages } from './agent-stages.ts'
import { beginsWith, listWith } from './pattern.ts'
import type { Stage, StageSetting } from './stage.ts'

const repository = 'smoke-agent'
const said = 'the gateway has started it'
/** What the starter bundle puts behind the gateway. */
const bundle = ['workspace_fs', 'grep']

const manage = 'manage_servers'
const own = (tool: string) => `debug-server_${tool}`
const fields = { id: z.string() }
const idIn = (answer: unknown): string => z.object(fields).parse(answer).id

/** The name that a run installs a server under, and nothing else is. */
const targetOf = (run: string): string => `smoke-${run.slice(0, 6)}`

function stagesFor({ run, clone, client, node }: StageSetting): readonly Stage[] {
  const target = targetOf(run)
  return [
    {
      name: 'bundle-tools',
      describe: 'Have an agent read a file, find a line, and list the servers that are installed',
      prompt: `Call these three tools, in this order: workspace_fs_read with operation read_file and path README.md; grep with pattern ${manage}, path config and glob *.toml; ${manage} with operation list_discovered_servers. Then name the file that has the line with ${manage}. Use no shell.`,
      calls: [
        {
          tool: 'workspace_fs_read',
          arguments: { operation: 'read_file', path: 'README.md' },
          accepts: { path: 'README.md' },
          answer: /^# Debug Server\n/,
        },
        {
          tool: 'grep',
          arguments: { pattern: manage, path: 'config', glob: '*.toml' },
          accepts: { pattern: manage, path: 'config', glob: '*.toml' },
          answer: new RegExp(`^config/mcp\\.toml:\\d+:.*${manage}`),
        },
        {
          tool: manage,
          arguments: { operation: 'list_discovered_servers' },
          accepts: { operation: 'list_discovered_servers' },
          answer: { status: 'ok', details: { installed: beginsWith(...bundle) }, errors: [] },
        },
      ],
      forbidden: [
        { tool: manage, arguments: { operation: /^(?:install|remove)_server$/ }, why: 'it was only to look' },
        { tool: 'workspace_fs_write', arguments: {}, why: 'it was only to look' },
      ],
      leaves: {
        present: [manage, 'workspace_fs_read', 'grep', own('repository_list'), own('run_to_failure')],
        absent: [],
      },
      closing: ([, found]) => `The line is in ${String(found).split(':')[0]}.`,
      says: /\bmcp\.toml\b/,
    },
    {
      name: 'install',
      describe: 'Have an agent install an MCP server',
      prompt: `Install an MCP server with ${manage}, operation install_server: target_name ${target}, force, descriptor with name ${target}, command ${node} and the one argument ${join(clone, 'tests/agents/tiny-mcp-server.ts')}. Then look with list_discovered_servers that it is installed. Use no shell.`,
      calls: [
        {
          tool: manage,
          arguments: {
            operation: 'install_server',
            params: {
              target_name: target,
              force: true,
              descriptor: {
                name: target,
                command: node,
                args: [join(clone, 'tests/agents/tiny-mcp-server.ts')],
              },
            },
          },
          accepts: {
            operation: 'install_server',
            params: { target_name: target, descriptor: { command: node } },
          },
          answer: { status: 'ok', details: { target, dry_run: false }, errors: [] },
        },
        {
          tool: manage,
          arguments: { operation: 'list_discovered_servers' },
          accepts: { operation: 'list_discovered_servers' },
          answer: { status: 'ok', details: { installed: listWith({ first: bundle, among: [target] }) } },
        },
      ],
      forbidden: [{ tool: manage, arguments: { operation: 'remove_server' }, why: 'it was to be installed' }],
      leaves: { present: [`${target}_echo`], absent: [] },
      closing: () => 'It is installed.',
      says: /installed/,
    },
    // By another agent: one asks for the tools when it begins, and not every one asks again.
    {
      name: 'use',
      describe: 'Have an agent call the tool of that server',
      prompt: `Call the tool ${target}_echo with the text "${said}", and tell what it says. Use no shell.`,
      calls: [{ tool: `${target}_echo`, arguments: { text: said }, accepts: { text: said }, answer: said }],
      forbidden: [{ tool: manage, arguments: {}, why: 'it was only to be used' }],
      leaves: { present: [`${target}_echo`], absent: [] },
      closing: ([echoed]) => `It says: ${echoed}`,
      says: new RegExp(said),
    },
    {
      name: 'remove',
      describe: 'Have an agent remove that server, whose tool is gone then',
      prompt: `Remove the MCP server ${target} with ${manage}, operation remove_server, and look with list_discovered_servers that it is gone. Use no shell.`,
      calls: [
        {
          tool: manage,
          arguments: { operation: 'remove_server', params: { name: target } },
          accepts: { operation: 'remove_server', params: { name: target } },
          answer: { status: 'ok', details: { target, dry_run: false }, errors: [] },
        },
        {
          tool: manage,
          arguments: { operation: 'list_discovered_servers' },
          accepts: { operation: 'list_discovered_servers' },
          answer: { status: 'ok', details: { installed: listWith({ first: bundle, without: [target] }) } },
        },
      ],
      forbidden: [{ tool: manage, arguments: { operation: 'install_server' }, why: 'it was to be removed' }],
      leaves: { present: [manage], absent: [`${target}_echo`] },
      closing: () => 'It is gone.',
      says: /gone|removed|no longer|not there/i,
    },
    {
      name: 'debug',
      describe: 'Have an agent find the faulty line behind a test that fails',
      prompt: `The test test_average of the repository ${client} fails. Register it (${own('repository_init')}, name ${repository}), make a session of it (${own('session_create')}), find out with ${own('run_to_failure')} (module unittest, arguments test_average) where it fails, delete the session (${own('session_delete')}), and name the faulty line as FILE:LINE. Use no shell.`,
      calls: [
        {
          tool: own('repository_init'),
          arguments: { url: client, name: repository, wait: 30 },
          accepts: { url: client, name: repository },
          answer: { name: repository },
        },
        {
          tool: own('session_create'),
          arguments: { repository, wait: 30 },
          accepts: { repository },
          answer: { repository, id: /^ses_/ },
        },
        {
          tool: own('run_to_failure'),
          arguments: ([, session]) => ({
            session: idIn(session),
            module: 'unittest',
            arguments: ['test_average'],
          }),
          accepts: { module: 'unittest' },
          answer: {
            outcome: 'exception',
            exception: { type: 'ZeroDivisionError' },
            frames: beginsWith({ file: 'average.py', line: 2 }),
          },
        },
        {
          tool: own('session_delete'),
          arguments: ([, session]) => ({ session: idIn(session) }),
          accepts: {},
          answer: {},
        },
      ],
      forbidden: [],
      leaves: { present: [], absent: [] },
      closing: ([, , failure]) => `It fails at ${placeIn(failure)}.`,
      says: /average\.py:2\b/,
    },
  ]
}

/** What an agent has to be able to do with a server that has just been started: read, find, install, remove, debug. */
export const agentStages: AgentStages = {
  stages: stagesFor,
  temporary: /^smoke-[\da-f]{6}$/,
  /** A program whose test fails, at `average.py:2`. */
  client: {
    'average.py': `\
def average(numbers):
    return sum(numbers) / (len(numbers) - 1)
`,
    'test_average.py': `\
import unittest

from average import average


class TestAverage(unittest.TestCase):
    def test_of_one_number(self):
        self.assertEqual(average([4]), 4)
`,
  },
}

/** A scripted agent has to go by what the tool says, as any other. */
function placeIn(failure: unknown): string {
  const schema = z.object({ frames: z.array(z.object({ file: z.string(), line: z.int() })) })
  const [frame] = schema.parse(failure).frames
  return `${frame?.file}:${frame?.line}`
}
