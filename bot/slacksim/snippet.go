package slacksim

// snippetTypes are the valid values of snippet_type: the text types of the page on
// file objects.
var snippetTypes = []string{
	"applescript", "boxnote", "c", "cfm", "clojure", "coffeescript", "cpp", "csharp", "css", "csv", "d", "dart",
	"diff", "dockerfile", "erlang", "fortran", "fsharp", "go", "groovy", "handlebars", "haskell", "haxe", "html",
	"java", "javascript", "kotlin", "latex", "lisp", "lua", "markdown", "matlab", "mumps", "objc", "ocaml", "pascal",
	"perl", "php", "pig", "post", "powershell", "puppet", "python", "r", "ruby", "rust", "sass", "scala", "scheme",
	"shell", "smalltalk", "space", "sql", "swift", "text", "tsv", "vb", "vbscript", "velocity", "verilog", "xml", "yaml",
}
