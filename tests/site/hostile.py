"""Values that somebody might try to bring into a batch script or a page; none of them is one that a field may have."""

import itertools

# What a shell, Slurm, a browser, a terminal or a pattern reads in its own way.
CHARACTERS = [chr(code) for code in range(32)] + list(" !\"#$%&'()*:;<=>?[\\]^`{|}~\x7f\x80\x85\xa0\xad")
UNSEEN = [
    chr(code) for code in (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0xFFFC)
]
# Letters, digits and signs of other alphabets that look like those of a name, each by its number.
LOOK_ALIKES = [
    chr(code)
    for code in (
        0x430, 0x435, 0x43E, 0x440, 0x441, 0x443, 0x445, 0x456, 0x458, 0x455, 0x501, 0x4BB,
        0x391, 0x392, 0x395, 0x396, 0x397, 0x399, 0x39A, 0x39C, 0x39D, 0x39F, 0x3A1, 0x3A4,
        0x3A5, 0x3A7, 0xFF41, 0xFF42, 0xFF11, 0xFF12, 0xFF0D, 0xFF0E, 0xFF3F, 0xFF0F, 0xFF20, 0x2113,
        0x1D41A, 0x1D7CF, 0x130, 0x131, 0x17F, 0x212A, 0x2010, 0x2011, 0x2013, 0x2014, 0x2212, 0x2024,
        0x2044, 0x2215,
    )
]  # fmt: skip
# Before, behind and in the middle of what would be right without them.
AROUND = ["{0}name", "name{0}", "na{0}me", "{0}"]
OPTIONS = [
    "--wrap=date", "-wrap", "name --wrap=date", "name\t--wrap=date", "name\n#SBATCH --wrap=date", "name\r\ndate",
    "name --uid=0", "-A", "--", "-", "--account=name", "name --export=ALL,LD_PRELOAD=/tmp/x", "name -o /etc/passwd",
    "name\u2028#SBATCH --uid=0", "name\x0bdate", "name\x00date", "name%0adate", "name\\ndate", "name #", "#name",
    "cpu&gpu", "cpu|gpu", "[cpu|gpu]", "cpu*2", "(cpu)", "cpu,", "!cpu", "cpu&--wrap=date",
]  # fmt: skip
COMMANDS = [
    "$(date)", "`date`", "${IFS}", "$HOME/../..", ";date", "name;date", "name&&date", "name|date", "name>x", "name<x",
    "name&", "(date)", "{date,}", "!!", "~root", "*", "?", "[a]", "'", '"', "''", "'; date; '", "\\", "name\\",
    "module load", "module load ", "module load a;date", "module load a\ndate", "module load $(date)", "module load -a",
    "module  load a", "module load a  b", " module load a", "module load a ", "module load ../a", "module load /a",
    "module unload a", "module load a && date", "module load a #", "source /tmp/evil.sh", "source bin/activate;date",
    "source ../bin/activate", "source a/../bin/activate", "source ~/bin/activate", "source //bin/activate",
    "source bin/activate", "source a/bin/activate x", "source -/bin/activate", "conda activate", "conda activate -n",
    "conda activate a", "conda run a", "conda activate a;date", "source a/etc/profile.d/conda.sh",
    "source a/etc/profile.d/conda.sh && conda activate a;date", "source a/etc/profile.d/conda.sh && conda activate -n",
    "source a/bin/activate && date", "source a/bin/activate || date", "source .../bin/activate", "source $HOME",
    "source $HOMEx/bin/activate", "source $USER/bin/activate", "source a/etc/profile.d/conda.sh; conda activate a",
    ". env/bin/activate", "export A=b", "eval a", "exec a", "sudo a",
    "rm -rf /",
    "apptainer;date", "apptainer exec", "Apptainer exec", "docker run", "singularity ",
    " singularity", "/usr/bin/apptainer exec", "apptainer\n", "apptainer|singularity",
]  # fmt: skip
MARKUP = [
    "<b>name</b>", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "</span>", "</pre><h1>", "&lt;b&gt;",
    "&amp;", "<svg/onload=alert(1)>", '"><b>', "' onclick='alert(1)", "javascript:alert(1)", "{{7*7}}", "${7*7}",
    "<!--", "]]>", "data:text/html,<b>", "\ud7ff<", "<a href=//x>", "<iframe srcdoc=x>", "<style>*{}</style>",
]  # fmt: skip
PATHS = [
    "../x", "/../x", "/x/..", "/x/../y", "/./x", "/.ssh/x", "//x", "/x//y", "x//y", "/x/ y", "/-x", "$PATH/x",
    "$HOMEx/y", "$SCRATCH/..", "${HOME}/x", "$HOME/$(date)",
    "/$USERx/y", "/x/$USER$USER", "/x/$UID", "$USER/x", "~/x", "~", "/x;date", "/x\n/y", "/",
]  # fmt: skip
MAILS = ["+a@b", "a@+b", "a@b@"]
MAILS += ["@", "a@", "@b", "a@@b", "a@b@c", "a b@c", "a@b c", "a@b,c@d", "-a@b", "a@-b", "<a@b>", '"a"@b', "a@b;date"]
LONG = [
    "a" * 65,
    "a" * 10_000,
    "a," * 9 + "a",
    "a,,b",
    ",a",
    "a,",
    ",",
    "/a" * 40,
    "module load" + " a" * 9,
    "a" * 65 + "@b",
]
PROTOTYPE = ["__proto__ ", "[object Object]", "constructor()", "toString()"]
VALUES = sorted(
    {
        *(shape.format(one) for shape, one in itertools.product(AROUND, CHARACTERS + UNSEEN + LOOK_ALIKES)),
        *OPTIONS, *COMMANDS, *MARKUP, *PATHS, *MAILS, *LONG, *PROTOTYPE,
    }
)  # fmt: skip
