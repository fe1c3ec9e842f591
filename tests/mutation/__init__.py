"""The suite put to the test: rules are made wrong, one place at a time, and must be caught.

    python -m tests.mutation                        every operation, and the reverse pass
    python -m tests.mutation --operation Tanh       one of them
    python -m tests.mutation --list                 the mutants, without trying them

Every operator of `operators` is applied at every place of each operation's functions: ``vjp``,
``residual``, ``forward`` and ``definition``, and what these call of their class and module; and
to the reverse pass. Each mutant is tried in a forked process: the operation's own tests are run,
those that are parametrized with its class, and then the others that run the function, up to the
first failure. A mutant that passes them all has survived. Either a test is missing, which is to
be written; or the mutant is as good as the original, and then it gets an entry in
equivalents.toml: the function, the operator and the changed statement as the report prints them,
and the reason. An entry that has come to name no mutant, or one that is killed, is reported.

The exit status is 0 where nothing is left to be done, 1 where there are survivors or obsolete
entries, 2 where the tests fail on the operations as they are. It takes a system that can fork.
"""
