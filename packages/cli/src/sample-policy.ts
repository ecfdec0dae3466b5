/** The sample's policy as it is first written; from then on the file is its user's. */
export const samplePolicy = `# Who may do what with the workspace assistant. Edit it while the stack runs: it counts as soon as it is saved.
schema_version: v2
server: { name: workspace-assistant, namespace: mcp-servers, cluster: local }
auth: { mode: header }
policy: { mode: allow-list, default_decision: deny, denial: tool-result }
tools:
  - { name: list_documents, required_trust: low, side_effect: read }
  - { name: read_document, required_trust: low, side_effect: read }
  - { name: write_document, required_trust: medium, side_effect: write }
  - { name: delete_document, required_trust: high, side_effect: destructive }
grants:
  - name: workspace-ops
    agent_id: ops-agent
    max_trust: high
    allowed_side_effects: [read, write, destructive]
    tool_rules:
      - { name: list_documents }
      - { name: read_document }
      - { name: write_document, audit: required }
      - { name: delete_document, audit: required }
sessions:
  - name: sess-demo
    human_id: user-123
    agent_id: ops-agent
    consented_trust: medium
    expires_at: 2035-12-31T23:59:00Z
`
