# complete.bash WHISTLER WORD...: what bash would offer for the last word. bash
# itself splits `--opt=value` at the equals sign, so does the caller.
eval "$("$1" --completion=bash)"
shift
COMP_WORDS=(whistler "$@")
COMP_CWORD=$#
compopt() { :; } # only inside a real completion
_whistler
printf '<%s>\n' "${COMPREPLY[@]}"
