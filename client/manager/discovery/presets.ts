import type { Wanted } from './score.ts'

/** What many look for, by a word. */
export const presets: Readonly<Record<string, Wanted>> = {
  browser: { query: 'browser', tags: ['playwright', 'web'] },
  database: { query: 'database', tags: ['sql', 'postgres', 'sqlite'] },
  files: { query: 'filesystem', tags: ['files'] },
  git: { query: 'git', tags: ['github', 'gitlab'] },
  memory: { query: 'memory', tags: ['vector', 'knowledge'] },
  search: { query: 'search', tags: ['web'] },
}
