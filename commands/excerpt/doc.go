// Package excerpt finds in a stream of log lines the few that explain why a
// build failed.
//
// A log is read once. It is split into records, and a gate finds in each the
// literals of all rules; only records with a literal meet expressions. The log is
// cut into steps where commands begin and end. Each step keeps a bounded number
// of lines, valued by the rules they match and by their neighbours; what stands
// right before the end of a step that failed is worth most of all. At the end
// the lines with the highest value that fit are the excerpt.
package excerpt
