/** What is made under `.codex/` where it is missing, and never touched again. */
export const scaffold: readonly (readonly [path: string, content: string])[] = [
  [
    '.codex/spec.md',
    `# What is being built

Say here what this project is for, what it promises, and what it is not.

## How work is written down

One file a task in \`tasks/\`, after [tasks/TEMPLATE.md](tasks/TEMPLATE.md); it moves to \`done/\` when every box is checked.
`,
  ],
  [
    '.codex/tasks/TEMPLATE.md',
    `# AREA: what is to be done

- **ID**: T-000
- **Status**: open

## Goal

What can be done afterwards that could not be done before.

## Plan

1. The first step.

## Tests

How it is proven, and by which command.

## Done when

- [ ] The code is written, and its tests pass
- [ ] The docs say what has changed
- [ ] This file lies in \`.codex/done/\`
`,
  ],
  // For the directory, which git keeps only with something in it.
  ['.codex/done/.gitkeep', ''],
]
