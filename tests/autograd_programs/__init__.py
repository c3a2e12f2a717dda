"""Programs as users of autograd write them, each a function that takes nothing and checks itself.

They import `autograd` by that name. The suite runs them after
`autodiffx.compat.autograd.install()`. With autograd itself,

    pip install autograd==1.9.1 scipy
    PYTHONPATH=tests python -m autograd_programs

runs them on that. Derivatives are compared with differences of plain values, and with closed forms.
"""
