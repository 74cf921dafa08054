# Fills a template with the options: quprite --help | awk -f fill.awk - TEMPLATE
#
# In the template, the line @usage@ becomes the ways to call the program (roff), @options@ the options (roff), and
# @words:all@, @words:switch@, @words:file@ in a line the options' names: all, those without a value, those whose value is
# a file. An option that is not understood here is an error, so that none is missing from a package.

function roff(text) { gsub(/\\/, "\\e", text); gsub(/-/, "\\-", text); return text }
function sure(text) { sub(/^[.']/, "\\\\\\&&", text); return text }

FNR == NR {
  if ($1 == "quprite") {
    split(substr($0, 3), parts, /  +/)
    usage = usage "\\fB" roff(parts[1]) "\\fR\n.br\n"
  } else if ($1 ~ /^--/) {
    if (!match($0, /^  --[a-z-]+( [^ ]+)?  +/)) { print "not understood: " $0 > "/dev/stderr"; bad = 1; exit 1 }
    help = sure(roff(substr($0, RSTART + RLENGTH)))
    value = $0 ~ /^  --[a-z-]+ [^ ]/ ? $2 : ""
    options = options ".TP\n\\fB" roff($1) "\\fR" (value == "" ? "" : " \\fI" roff(value) "\\fR") "\n" help "\n"
    all = all " " $1
    if (value == "") switches = switches " " $1
    if (value == "FILE") files = files " " $1
    count++
  }
  next
}
$0 == "@usage@" { printf "%s", usage; next }
$0 == "@options@" { printf "%s", options; next }
{
  sub(/@words:all@/, substr(all, 2))
  sub(/@words:switch@/, substr(switches, 2))
  sub(/@words:file@/, substr(files, 2))
  print
}
END { if (bad || !count) exit 1 }
