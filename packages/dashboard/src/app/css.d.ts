declare module '*.css' {}
declare module '@fontsource-variable/*' {}
declare module '@mcp-sentinel/ui/style.css' {}
