"""What works for a learner: checks, the working copy and what has been done in it, JupyterLab, the doctor."""
