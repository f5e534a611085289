"""Starts the worker; garbage is not looked for meanwhile: what is loaded stays, and a look takes a while."""

if __name__ == "__main__":
    import gc

    gc.disable()

    from lstm_course.grading.inside.worker import main

    main()
