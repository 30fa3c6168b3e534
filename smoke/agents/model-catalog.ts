/**
 * What Codex has to know of a model, for it hides or renames tools of one that it does not know. Only fields that it
 * demands, and `supports_search_tool: false`: a model that searches for its tools is not told of any.
 */
export const modelCatalog = (slug: string) => ({
  models: [
    {
      slug,
      display_name: slug,
      description: 'follows a script',
      default_reasoning_level: null,
      supported_reasoning_levels: [],
      shell_type: 'unified_exec',
      visibility: 'list',
      supported_in_api: true,
      priority: 1,
      availability_nux: null,
      upgrade: null,
      base_instructions: 'Follow the script.',
      default_reasoning_summary: 'none',
      support_verbosity: false,
      default_verbosity: null,
      apply_patch_tool_type: null,
      truncation_policy: { mode: 'bytes', limit: 1_000_000 },
      supports_parallel_tool_calls: false,
      context_window: 1_000_000,
      experimental_supported_tools: [],
      supports_search_tool: false,
    },
  ],
})
