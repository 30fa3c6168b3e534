import { execFileSync } from 'node:child_process'

/** git in a directory, with nothing of the host's configuration. */
export const git = (directory: string, ...args: string[]): void => {
  execFileSync('git', args, {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Test',
      GIT_AUTHOR_EMAIL: 'test@localhost',
      GIT_COMMITTER_NAME: 'Test',
      GIT_COMMITTER_EMAIL: 'test@localhost',
    },
  })
}
